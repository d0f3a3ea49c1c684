/**
 * What can go wrong between the page and the gateway.
 *
 *   GatewayError
 *   ├── ProblemError   the gateway answered with problem+json: `reason` is stable
 *   └── OfflineError   no answer came: nobody knows whether the command was carried out; the same command_id may be sent again
 */

export class GatewayError extends Error {}

export class ProblemError extends GatewayError {
  override readonly name = "ProblemError";

  constructor(
    readonly status: number,
    readonly reason: string,
    detail: string,
    readonly details: Readonly<Record<string, string>> = {},
    readonly field?: string,
  ) {
    super(detail);
  }
}

export class OfflineError extends GatewayError {
  override readonly name = "OfflineError";

  constructor() {
    super("no answer from the gateway");
  }
}

/** The stable reason of a failure, "OFFLINE" when no answer came, "BUG" for anything else. */
export function reasonOf(error: unknown): string {
  if (error instanceof ProblemError) return error.reason;
  return error instanceof OfflineError ? "OFFLINE" : "BUG";
}

/** Read a problem+json body; a body of another kind becomes a problem of the same status without a reason. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const body: unknown = await response.json().catch(() => ({}));
  const { reason, detail, details, field } = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  return new ProblemError(
    response.status,
    typeof reason === "string" ? reason : `HTTP_${response.status}`,
    typeof detail === "string" ? detail : response.statusText,
    typeof details === "object" && details !== null ? Object.fromEntries(Object.entries(details).map(([key, value]) => [key, String(value)])) : {},
    typeof field === "string" ? field : undefined,
  );
}
