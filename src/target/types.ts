import type { Duplex } from 'node:stream';

/** A process that answers HTTP, however it is reached. From here on a pod and a local process are the same. */
export interface Target {
  /** For people: "default/widgets-0 :6060", "http://127.0.0.1:6060". */
  readonly label: string;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** Opens the byte stream (a pod's port-forward), a new one each time. Absent: plain TCP to host:port. */
  readonly open?: (signal: AbortSignal) => Duplex;
  /** Bearer token, asked for at each request. Absent: none is sent. */
  readonly token?: (signal: AbortSignal) => Promise<string>;
  /** Accept any certificate: right only where the way there is trusted already (the API server's tunnel, loopback). */
  readonly anyCertificate: boolean;
  /** PEM of the authorities to trust, instead of the usual ones. */
  readonly ca?: string;
}

export interface GetOptions {
  readonly signal?: AbortSignal;
  /** Longest silence before the first byte of the answer, and between two bytes of it; ms. */
  readonly idleTimeoutMs: number;
  /** Refuse a longer body, as received. Default 512 MiB. */
  readonly maxBytes?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called as bytes arrive, with the number of bytes so far. */
  readonly onProgress?: (bytes: number) => void;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** True when the peer's certificate was accepted without a check. */
  readonly unverified: boolean;
}
