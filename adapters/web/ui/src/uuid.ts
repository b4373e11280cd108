/** A UUIDv7: the time first, so that ids sort as they were made. */
export function uuid7(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  const rest = Array.from(crypto.getRandomValues(new Uint8Array(9)), (b) => b.toString(16).padStart(2, "0")).join("");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-a${rest.slice(3, 6)}-${rest.slice(6)}`;
}
