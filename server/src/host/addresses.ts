/** Where a host is reached. */

export interface PublicPlace {
  /** `host:port`; with a shared port only the host name of it counts. */
  readonly publicAddress?: string | undefined;
  readonly sharedPort?: number | undefined;
}

/** By players whom another process sends here. */
export function addressOf({ publicAddress, sharedPort }: PublicPlace, port: number): string {
  if (sharedPort === undefined) return publicAddress ?? `:${port}`;
  return `${(publicAddress ?? "").replace(/:\d*$/, "")}:${port}`;
}

/** By other processes: as the operator says, as players do, or on this machine. */
export function innerOf(address: string, given: string | undefined): string {
  if (given !== undefined) return given;
  return address.startsWith(":") ? `127.0.0.1${address}` : address;
}
