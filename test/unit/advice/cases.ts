/**
 * Snippets with what is to be found in them, as text that is read like the sources themselves:
 *
 *     ## Name of the case
 *     runtime: v0.20.4            the versions; `runtime: none` and `client: v0.37.0` too
 *     rules: workers, races       only these rules; all of the room's without this line
 *     after workers-5: TEXT       this fix leaves a file with TEXT in it (\n and \t as in Go)
 *     -- main.go --
 *     ctrl.NewManager(…)          // want workers[workers-5, flag]: part of the message
 *
 * `-- reconcile --`, `-- setup --` and `-- manager --` hold bodies: of Reconcile and SetupWithManager in controller.go,
 * of main in main.go, in the frames below.
 *
 * Every finding has to be wanted on the line that it begins at, and every wanted one found. Fix ids in brackets are all
 * that are offered, in their order; without brackets they are not looked at.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface Want {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly fixes: readonly string[] | undefined;
  readonly message: string;
}
export interface Case {
  readonly name: string;
  readonly runtime: string | undefined;
  readonly client: string | undefined;
  readonly rules: readonly string[] | undefined;
  readonly after: readonly { fix: string; text: string }[];
  readonly texts: Readonly<Record<string, string>>;
  readonly wants: readonly Want[];
}

const CONTROLLER = (reconcile: string, setup: string): string => `package controller

import (
	"context"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"

	webv1 "example.com/app/api/v1"
)

type WebsiteReconciler struct {
	client.Client
	Clientset kubernetes.Interface
	APIReader client.Reader
	seen      map[string]int
	count     int
	mu        sync.Mutex
	once      sync.Once
}

func (r *WebsiteReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
${reconcile}}

func (r *WebsiteReconciler) SetupWithManager(mgr ctrl.Manager) error {
${setup}}
`;

const MANAGER = (main: string): string => `package main

import (
	"os"

	ctrl "sigs.k8s.io/controller-runtime"
)

func main() {
${main}}
`;

/** All cases of the files of a folder beside this one. */
export function casesOf(folder: string): Case[] {
  const dir = path.join(import.meta.dirname, 'cases', folder);
  return readdirSync(dir)
    .filter((f) => f.endsWith('.txt'))
    .sort()
    .flatMap((f) => readCases(readFileSync(path.join(dir, f), 'utf8'), f));
}

function readCases(text: string, from: string): Case[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((block) => {
      const [head = '', ...rest] = block.split(/^-- (\S+) --\n/m);
      const [name = '', ...settings] = head.split('\n');
      const told = (key: string): string | undefined =>
        settings
          .find((s) => s.startsWith(`${key}: `))
          ?.slice(key.length + 2)
          .trim();
      const unknown = settings.find((s) => s.trim() !== '' && !/^(runtime|client|rules): |^after [\w-]+: /.test(s));
      if (unknown !== undefined || rest.length < 2) throw new Error(`${from}: "${name}": ${unknown ?? 'no file'}`);
      const texts: Record<string, string> = {};
      for (let i = 0; i < rest.length; i += 2) texts[rest[i] ?? ''] = (rest[i + 1] ?? '').trimEnd() + '\n';
      const { reconcile, setup, manager, ...whole } = texts;
      const framed = {
        ...whole,
        ...((reconcile ?? setup) !== undefined && {
          'controller.go': CONTROLLER(reconcile ?? '\treturn ctrl.Result{}, nil\n', setup ?? '\treturn nil\n'),
        }),
        ...(manager !== undefined && { 'main.go': MANAGER(manager) }),
      };
      const runtime = told('runtime') ?? 'v0.20.4';
      return {
        name: `${from.replace(/\.txt$/, '')}: ${name}`,
        runtime: runtime === 'none' ? undefined : runtime,
        client: told('client'),
        rules: told('rules')
          ?.split(',')
          .map((r) => r.trim()),
        after: settings.flatMap((s) => {
          const m = /^after ([\w-]+): (.*)$/.exec(s);
          return m === null
            ? []
            : [{ fix: m[1] ?? '', text: (m[2] ?? '').replaceAll('\\n', '\n').replaceAll('\\t', '\t') }];
        }),
        texts: framed,
        wants: Object.entries(framed).flatMap(([file, t]) =>
          t.split('\n').flatMap((line, i) =>
            [...line.matchAll(/\/\/ want ([\w-]+)(?:\[([^\]]*)\])?: (.*?)(?= \/\/ want |$)/g)].map((m) => ({
              file,
              line: i + 1,
              rule: m[1] ?? '',
              fixes: m[2]
                ?.split(',')
                .map((x) => x.trim())
                .filter((x) => x !== ''),
              message: (m[3] ?? '').trim(),
            })),
          ),
        ),
      };
    });
}
