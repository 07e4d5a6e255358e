/** Compiles programs and lets them tell the limits of the clients that they build. */
import fs from 'node:fs';
import path from 'node:path';
import { PATIENCE } from '../../lib/until';
import type { Api } from './api';
import { instrument, type Instrumented } from './instrument';
import { MODULE, run, type Ran, type Workspace } from './workspace';

const PROBE = path.resolve(import.meta.dirname, '../probe');

export interface Program {
  /** A word; the package's name. */
  readonly name: string;
  /** Files by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Go statements that run it; default: its main. */
  readonly run?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What a client told; `qps` below 0: no limit, `burst` 0: its limiter is not a token bucket. */
export interface Told {
  readonly call: number;
  readonly type: string;
  readonly qps: number;
  readonly burst: number;
  readonly error?: string;
}

export class Programs {
  readonly #made = new Map<string, Instrumented>();

  constructor(
    private readonly workspace: Workspace,
    private readonly programs: readonly Program[],
  ) {}

  /** Writes all as packages of the module and links them into one program. Throws the compiler's words. */
  async build(): Promise<void> {
    const { workspace, programs } = this;
    workspace.write('probe/probe.go', fs.readFileSync(path.join(PROBE, 'probe.go'), 'utf8'));
    workspace.write('probe/incluster.go', await inCluster(workspace));
    if (workspace.version.minor !== undefined) {
      workspace.write('probe/controllerruntime.go', fs.readFileSync(path.join(PROBE, 'controllerruntime.go'), 'utf8'));
      const server = workspace.version.minor < 16 ? 'metrics' : 'metrics/server';
      // A manager of an old release opens its port when it is made: a free one of the loopback, and none that is taken.
      workspace.write(
        'probe/metrics.go',
        `package probe\n\nimport "sigs.k8s.io/controller-runtime/pkg/${server}"\n\nfunc init() { ${path.basename(server)}.DefaultBindAddress = "127.0.0.1:0" }\n`,
      );
    }
    for (const program of programs) {
      const made = instrument(program.files, program.name, program.run ?? 'main()');
      this.#made.set(program.name, made);
      for (const [file, text] of Object.entries(made.files)) workspace.write(`${program.name}/${file}`, text);
      workspace.write(`${program.name}/fresh/fresh.go`, fresh(made.imports));
    }
    workspace.write('all/main.go', all(programs));
    const built = await workspace.go(['build', '-o', path.join(workspace.dir, 'programs'), './all']);
    if (built.code !== 0) throw new Error(built.stderr);
  }

  calls(name: string): Instrumented['calls'] {
    return this.#made.get(name)?.calls ?? [];
  }

  /** What a program's clients told, by the calls that made them. Ended after 20 s. */
  async run(program: Program, api: Api): Promise<{ told: readonly Told[]; ran: Ran }> {
    const ran = await run(path.join(this.workspace.dir, 'programs'), program.args ?? [], {
      cwd: api.home,
      env: { ...api.env, ...program.env, PROBE_PROGRAM: program.name },
      timeout: PATIENCE,
    });
    return {
      told: ran.stdout
        .split('\n')
        .filter((l) => l.startsWith('PROBE '))
        .map((l) => JSON.parse(l.slice(6)) as Told),
      ran,
    };
  }
}

/** client-go's own InClusterConfig of this version, with the service account's token from elsewhere than /var/run. */
async function inCluster(workspace: Workspace): Promise<string> {
  const source = fs.readFileSync(path.join(await workspace.source('k8s.io/client-go'), 'rest/config.go'), 'utf8');
  const found = /\nfunc InClusterConfig\(\) \(\*Config, error\) \{[\s\S]*?\n\}\n/.exec(source)?.[0];
  if (found === undefined || !found.includes('tokenFile ') || !found.includes('"https://"'))
    throw new Error('rest.InClusterConfig of this client-go is not as it was');
  const text = found
    .replace(/const \([\s\S]*?\n\t\)/, 'var tokenFile, rootCAFile = os.Getenv("PROBE_TOKEN"), os.Getenv("PROBE_TOKEN")')
    .replaceAll('"https://"', '"http://"')
    .replaceAll(/(?<![\w.])(Config|TLSClientConfig)(?=[,{])/g, 'rest.$1')
    .replaceAll('ErrNotInCluster', 'rest.ErrNotInCluster')
    .replaceAll('func Inrest.ClusterConfig', 'func InClusterConfig');
  return `package probe\n\nimport (\n\t"net"\n\t"os"\n\n\t"k8s.io/client-go/rest"\n\tcertutil "k8s.io/client-go/util/cert"\n\t"k8s.io/klog/v2"\n)\n${text}`;
}

/**
 * Flags of several programs would clash in one process. Go initialises packages in the order of their paths as soon as
 * what they import is ready: right before each program this one gives it sets of its own, which hold what libraries
 * registered.
 */
function fresh(imports: ReadonlySet<string>): string {
  const pflag = imports.has('github.com/spf13/pflag');
  const kingpin = imports.has('github.com/alecthomas/kingpin/v2');
  return `package fresh

import (
	"flag"
	"os"
${kingpin ? '\n\t"github.com/alecthomas/kingpin/v2"' : ''}${pflag ? '\n\t"github.com/spf13/pflag"' : ''}

	"${MODULE}/probe"
)

var Flags = func() *flag.FlagSet {
	set := flag.NewFlagSet(os.Args[0], flag.ExitOnError)
	probe.Flags.VisitAll(func(f *flag.Flag) { set.Var(f.Value, f.Name, f.Usage) })
	flag.CommandLine = set
	return set
}()
${pflag ? '\nvar PFlags = func() *pflag.FlagSet {\n\tpflag.CommandLine = pflag.NewFlagSet(os.Args[0], pflag.ExitOnError)\n\treturn pflag.CommandLine\n}()\n' : ''}${kingpin ? '\nvar Kingpin = func() *kingpin.Application {\n\tkingpin.CommandLine = kingpin.New("program", "")\n\treturn kingpin.CommandLine\n}()\n' : ''}
// Use makes the program's sets those of the process.
func Use() {
	flag.CommandLine = Flags
${pflag ? '\tpflag.CommandLine = PFlags\n' : ''}${kingpin ? '\tkingpin.CommandLine = Kingpin\n' : ''}}
`;
}

function all(programs: readonly Program[]): string {
  return `package main

import (
	"os"

${programs.map((p) => `\t"${MODULE}/${p.name}"\n\tfresh_${p.name} "${MODULE}/${p.name}/fresh"`).join('\n')}
)

func main() {
	switch name := os.Getenv("PROBE_PROGRAM"); name {
${programs.map((p) => `\tcase "${p.name}":\n\t\tfresh_${p.name}.Use()\n\t\t${p.name}.ProbeMain()`).join('\n')}
	default:
		panic("no program " + name)
	}
}
`;
}
