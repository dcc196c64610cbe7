/** Trace ids are random in their last bytes (W3C): those are a fair lottery number, 0…1. */
export function hashShare(traceId: string): number {
  return Number.parseInt(traceId.slice(24), 16) / 0x1_0000_0000;
}
