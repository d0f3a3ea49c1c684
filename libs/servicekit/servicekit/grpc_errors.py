"""ServiceError to google.rpc.Status and back, so that an error keeps its type across gRPC."""

import grpc
import grpc.aio
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from servicekit.errors import BY_GRPC_CODE, InvalidError, ServiceError, UnavailableError

DOMAIN = "baton"


def to_status(error: ServiceError) -> status_pb2.Status:
    """Encode an error with its ErrorInfo (reason, domain "baton") and, for bad input, the BadRequest that names the field."""
    details = [error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=error.details)]
    packed = [_pack(detail) for detail in details]
    if error.field:
        violation = error_details_pb2.BadRequest.FieldViolation(field=error.field, description=error.message)
        packed.append(_pack(error_details_pb2.BadRequest(field_violations=[violation])))
    return status_pb2.Status(code=code_pb2.Code.Value(error.kind.value.grpc), message=error.message, details=packed)


def _pack(message: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed


def from_rpc_error(error: grpc.aio.AioRpcError) -> ServiceError:
    """Decode what a call failed with. Time-outs, lost connections and what carries no ErrorInfo become UnavailableError."""
    status = rpc_status.from_call(error)
    info = error_details_pb2.ErrorInfo()
    field = ""
    for detail in status.details if status else ():
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            detail.Unpack(info)
        elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
            bad = error_details_pb2.BadRequest()
            detail.Unpack(bad)
            field = bad.field_violations[0].field if bad.field_violations else ""
    message = error.details() or ""
    if info.domain != DOMAIN:
        return UnavailableError(f"A service did not answer ({error.code().name}).")
    if error.code() is grpc.StatusCode.INVALID_ARGUMENT:
        return InvalidError(field, message.removeprefix(f"{field}: "), reason=info.reason)
    if error.code() is grpc.StatusCode.INTERNAL:
        return ServiceError(info.reason, message)
    cls = BY_GRPC_CODE.get(error.code().name)
    if cls is None:
        return UnavailableError(message, reason=info.reason)
    return cls(info.reason, message, details=dict(info.metadata))
