/** Where a trace begins: at the click. Each command has ids of its own, as W3C Trace Context writes them; whether anyone follows them is the services' setting. */

function hex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function traceparent(): string {
  return `00-${hex(16)}-${hex(8)}-01`;
}
