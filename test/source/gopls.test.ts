/**
 * What gopls adds: values and configurations behind fields and methods of other packages. Its answers are those of an
 * editor.
 */
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Analyzer } from '../../src/advice/analyzer';
import type { Finding } from '../../src/advice/types';
import { grammar } from '../unit/advice/harness';
import { realFiles } from './lib/claims';
import { Gopls } from './lib/gopls';
import { missing, MODULE, VERSIONS, Workspace } from './lib/workspace';

const main = (name: string, ...lines: string[]): string => `package main

import (
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"${MODULE}/${name}/setup"
)

func main() {
${lines.map((l) => `\t${l}\n`).join('')}	_ = kubernetes.NewForConfigOrDie(cfg)
}

var _ *rest.Config
`;

const OPTIONS = `package setup

import (
	"flag"

	"k8s.io/client-go/rest"
)

type Options struct {
	Host  string
	QPS   float64
	Burst int
}

func New() *Options {
	o := &Options{Host: "https://127.0.0.1:1"}
	flag.Float64Var(&o.QPS, "kube-api-qps", 15, "Requests a second.")
	flag.IntVar(&o.Burst, "kube-api-burst", 45, "Requests at once.")
	return o
}

func (o *Options) Config() *rest.Config {
	cfg := &rest.Config{Host: o.Host}
	cfg.QPS = 25
	cfg.Burst = 75
	return cfg
}
`;

/** `claimed`: of the client; undefined where no number may be said. */
const PROGRAMS: Readonly<Record<string, { text: string; claimed: { qps: number; burst: number } | undefined }>> = {
  fields: {
    text: main(
      'fields',
      'o := setup.New()',
      'cfg := &rest.Config{Host: o.Host}',
      'cfg.QPS = float32(o.QPS)',
      'cfg.Burst = o.Burst',
    ),
    claimed: { qps: 15, burst: 45 },
  },
  method: { text: main('method', 'cfg := setup.New().Config()'), claimed: { qps: 25, burst: 75 } },
  written: {
    text: main(
      'written',
      'o := setup.New()',
      'o.QPS = 3',
      'cfg := &rest.Config{Host: o.Host}',
      'cfg.QPS = float32(o.QPS)',
      'cfg.Burst = 45',
    ),
    claimed: undefined,
  },
  library: {
    text: main('library', 'cfg := setup.New().Config()', 'cfg.QPS = 2 * rest.DefaultQPS'),
    claimed: { qps: 10, burst: 75 },
  },
};

describe.skipIf(missing !== undefined).each(VERSIONS.filter((v) => v.minor === undefined))(
  'with gopls, on $name',
  (version) => {
    const workspace = new Workspace(version, 'gopls');
    const file = (name: string): string => path.join(workspace.dir, name, 'main.go');
    const limit = async (analyzer: Analyzer, name: string): Promise<Finding | undefined> =>
      (await analyzer.file(file(name))).findings.find((f) => f.rule === 'client-limit');
    let gopls: Gopls | undefined;
    let analyzer: Analyzer;

    beforeAll(async () => {
      for (const [name, { text }] of Object.entries(PROGRAMS)) {
        workspace.write(`${name}/main.go`, text);
        workspace.write(`${name}/setup/setup.go`, OPTIONS);
      }
      gopls = await Gopls.start(workspace.dir);
      analyzer = new Analyzer(() => Promise.resolve(grammar()), realFiles(), { languageServer: gopls });
    }, 900_000);
    afterAll(async () => {
      await gopls?.end();
      workspace.remove();
    });

    it.each(Object.entries(PROGRAMS))(
      '%s',
      async (name, { claimed }) => {
        const found = await limit(analyzer, name);
        expect(found?.effective && { qps: found.effective.qps, burst: found.effective.burst }).toEqual(claimed);
      },
      300_000,
    );

    it('without it none of this is said', async () => {
      const alone = new Analyzer(() => Promise.resolve(grammar()), realFiles());
      for (const name of Object.keys(PROGRAMS))
        expect((await limit(alone, name))?.effective?.qps, name).toBeUndefined();
    });
  },
);
