/** The content of a kubeconfig in our own types: paths are absolute, and every entry knows its file. */
import type { ProblemData } from '../../base/problem';
import type { ContextInfo } from '../types';

export interface ClusterEntry {
  readonly name: string;
  readonly file: string;
  /** Without a trailing slash; may have a path (Rancher and the like). */
  readonly server: string;
  readonly caFile: string | undefined;
  /** Base64, as in the file. */
  readonly caData: string | undefined;
  readonly tlsServerName: string | undefined;
  readonly skipTlsVerify: boolean;
  readonly proxyUrl: string | undefined;
  /** The extension `client.authentication.k8s.io/exec`, handed to the exec plugin as `spec.cluster.config`. */
  readonly execConfig: unknown;
}

export interface ExecEntry {
  readonly apiVersion: string;
  /** Absolute when the kubeconfig's command has a slash; else looked up in PATH. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly installHint: string;
  readonly interactiveMode: string;
  readonly provideClusterInfo: boolean;
}

export interface Impersonation {
  readonly user: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

export interface UserEntry {
  readonly name: string;
  readonly file: string;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly certFile: string | undefined;
  readonly certData: string | undefined;
  readonly keyFile: string | undefined;
  readonly keyData: string | undefined;
  readonly exec: ExecEntry | undefined;
  readonly authProvider: { readonly name: string; readonly config: Readonly<Record<string, unknown>> } | undefined;
  readonly impersonate: Impersonation | undefined;
}

export interface ContextEntry {
  readonly name: string;
  readonly file: string;
  readonly cluster: string;
  readonly user: string;
  readonly namespace: string;
}

export interface ParsedFile {
  readonly file: string;
  readonly clusters: readonly ClusterEntry[];
  readonly users: readonly UserEntry[];
  readonly contexts: readonly ContextEntry[];
  readonly current: string;
}

/** A context with what it points to. `cluster` is set whenever `info.problem` is not. */
export interface ResolvedContext {
  readonly info: ContextInfo;
  readonly cluster: ClusterEntry | undefined;
  readonly user: UserEntry | undefined;
}

export interface LoadedContexts {
  readonly contexts: readonly ResolvedContext[];
  readonly problems: readonly ProblemData[];
}
