/** What a person does about what a metrics page shows. */
import * as vscode from 'vscode';
import { howToGet } from '../../metrics/catalog/missing';
import type { Capture, PprofKind } from '../../captures/types';
import type { CapturesApi } from '../captures/index';
import type { PipelineAction } from '../../protocol/metrics';
import type { Subject } from './subject';

export interface ActDeps {
  /** Captures from the leader of the subject, or its only process; shows its own errors. */
  readonly capture: (kind: PprofKind, subject: Subject) => Promise<unknown>;
  readonly captures: CapturesApi;
  /** Asks whose token to send to the process; true when one was chosen. */
  readonly authenticate: (subject: Subject) => Promise<boolean>;
}

export async function act(action: PipelineAction, subject: Subject, controller: string, deps: ActDeps): Promise<void> {
  switch (action) {
    case 'profileCpu':
      await deps.capture('cpu', subject);
      return;
    case 'goroutines':
      await deps.capture('goroutine', subject);
      return;
    case 'exportLimiterMetric':
      await advise(
        'The rate limiter does not tell how long requests wait.',
        howToGet('rest_client_rate_limiter_duration_seconds'),
      );
      return;
    case 'setQps':
      await advise(
        'Where the limit comes from',
        'QPS and Burst are fields of rest.Config. client-go limits to 5 requests/s (burst 10) where they are 0. ctrl.GetConfig of controller-runtime sets 20 and 30 before v0.21.0, and no limit from then on. Set cfg.QPS and cfg.Burst where the config is made, or cfg.QPS = -1 to rely on API Priority and Fairness alone.',
      );
      return;
    case 'setWorkers':
      await advise(
        `Workers of ${controller}`,
        'MaxConcurrentReconciles in controller.Options (WithOptions of the builder) sets how many reconciles run at once; the default is 1. A manager-wide default is Controller.MaxConcurrentReconciles in ctrl.Options. Of kube-controller-manager, the flags --concurrent-…-syncs.',
      );
      return;
    case 'why':
      return;
  }
}

/** A modal with the text, which may be copied. */
async function advise(message: string, detail: string): Promise<void> {
  if ((await vscode.window.showInformationMessage(message, { modal: true, detail }, 'Copy')) === 'Copy')
    await vscode.env.clipboard.writeText(detail);
}

/** Of a span that was marked in a chart; s since the epoch. */
export async function spanAct(
  what: 'profile' | 'captures',
  span: { readonly start: number; readonly end: number },
  subject: Subject,
  deps: ActDeps,
): Promise<void> {
  if (what === 'profile') {
    await deps.capture('cpu', subject);
    return;
  }
  const inside = capturesIn(await deps.captures.store.list(), span, subject);
  if (inside.length === 0) {
    void vscode.window.showInformationMessage(`There is no capture of ${subject.title} in this span.`);
    return;
  }
  const chosen = await vscode.window.showQuickPick(
    inside.map((capture) => ({
      label: capture.info.name,
      description: new Date(capture.info.at).toLocaleTimeString(),
      capture,
    })),
    { title: `Captures of ${subject.title} in this span`, placeHolder: 'Capture to open' },
  );
  if (chosen) await deps.captures.open(chosen.capture);
}

/** Captures of the subject that were under way in the span. */
export function capturesIn(
  all: readonly Capture[],
  span: { readonly start: number; readonly end: number },
  { id }: Subject,
): readonly Capture[] {
  if ('file' in id) return [];
  return all.filter(({ info }) => {
    const same =
      'url' in id
        ? info.url === id.url
        : info.context === id.context && id.workload.endsWith(`/${info.namespace}/${info.workload}`);
    return same && info.at / 1000 <= span.end && info.at / 1000 + info.seconds >= span.start;
  });
}
