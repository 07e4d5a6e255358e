/** The versions that a package is built with. */
import type { Cite } from '../types';

export interface ModuleVersion {
  /** Module path as it is imported. */
  readonly path: string;
  /**
   * As go.mod, a `replace` or vendor/modules.txt states it: "v0.25.2", a pseudo-version, or undefined for a folder
   * without one.
   */
  readonly version: string | undefined;
  /**
   * Folder with the module's source: vendor, a replaced folder, or the module cache. Undefined when it is not on this
   * machine.
   */
  readonly dir: string | undefined;
  /** What it is replaced by, as go.mod states it. */
  readonly replaced: string | undefined;
  /** True when go.mod marks it as needed by others only. */
  readonly indirect?: boolean;
}

/** The module that a file belongs to. */
export interface Module {
  /** Its path, from go.mod; '' when there is none. */
  readonly path: string;
  /** Folder of go.mod; '' when there is none. */
  readonly dir: string;
  /** The `go` line: "1.24"; undefined when there is none. */
  readonly go: string | undefined;
  /**
   * The version in force of a required module (work file and replaces considered), undefined when it is not required.
   */
  version(path: string): ModuleVersion | undefined;
  /**
   * Packages that the vendor folder holds; undefined when there is none: then any package of a required module can be
   * imported.
   */
  readonly vendored?: ReadonlySet<string>;
  /** Lines of go.mod and go.work that Go would refuse: what they were to say is not known. */
  readonly broken?: readonly { readonly file: string; readonly line: number; readonly text: string }[];
  /** What a rule needs to know of the modules' own source, read ahead: see `facts`. */
  readonly facts: Facts;
}

/**
 * A default with the line that states it. `cite` only when the source was there to be read; `source` says where it is
 * known from.
 */
export interface Fact<T> {
  readonly value: T;
  readonly source: string;
  readonly cite?: Cite;
}

/**
 * What the versions in force do. Read from their source where it is on this machine, else known by version. Undefined:
 * the module is not required, or nothing is known of this version.
 */
export interface Facts {
  /** client-go's own limit when QPS is 0: 5 and 10. */
  readonly clientGo: Fact<{ readonly qps: number; readonly burst: number }> | undefined;
  /** What controller-runtime's GetConfig sets when QPS is 0: 20/30 below v0.21.0, −1 from there on. */
  readonly getConfig: Fact<{ readonly qps: number; readonly burst: number | undefined }> | undefined;
  readonly maxConcurrentReconciles: Fact<number> | undefined;
  /** 'none': no such option; 'off' or 'on': its default. */
  readonly usePriorityQueue: Fact<'none' | 'off' | 'on'> | undefined;
  /**
   * Fields that an options struct has: `manager.Options`, `controller.Options`, `config.Controller`, `cache.Options`, …
   * as controller-runtime's packages name them (`server` is pkg/metrics/server). A package alone asks for a function:
   * `has('cache', 'TransformStripManagedFields')`.
   */
  has(struct: string, field: string): boolean | undefined;
  /** True when controller-runtime has `metrics.RegisterRESTClientMetrics`. */
  readonly registersRestMetrics: Fact<boolean> | undefined;
}
