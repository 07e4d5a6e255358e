/** Looking for the endpoints of a process, and pinning one. */
import { isAbort } from '../../base/problem';
import { bestEndpoint, type FoundEndpoint } from '../../cluster/endpoints';
import { DEFAULT_PATH, formatEndpointUrl, parseEndpointUrl, pinsOf } from '../../cluster/pins';
import type { EndpointKind } from '../../controllers/types';
import { showProblem } from '../errors';
import type { Parts } from '../parts';
import type { PodPlace } from '../../app/processes/place';
import type { Choice } from '../../app/editor';
import { picker } from '../picker';
import { settings } from '../settings';

/** Asks the process, shown by the tree; a failure is a line under the replica, so nothing pops up. */
export async function findEndpoints({ processes }: Parts, place: PodPlace): Promise<void> {
  try {
    await processes.probe(place.context, place.workload, place.replica, { again: true });
  } catch (e) {
    if (!isAbort(e)) return; // kept in the facts, and logged
  }
}

/** Asks for kind and address, and writes the setting. False when the person gave up. */
export async function pinEndpoint(
  { processes, view, log }: Parts,
  { context, workload, replica }: PodPlace,
  kind?: EndpointKind,
  endpoint?: FoundEndpoint,
): Promise<boolean> {
  const title = `Pin an endpoint of ${workload.namespace}/${workload.name}`;
  const name = `${workload.namespace}/${workload.name}`;
  try {
    const of =
      kind ??
      (
        await picker.pick<EndpointKind>({
          title,
          step: 1,
          totalSteps: 2,
          back: false,
          placeholder: 'What is served there?',
          choices: () =>
            Promise.resolve<Choice<EndpointKind>[]>([
              {
                label: 'pprof',
                detail: 'Profiles, by default under /debug/pprof/',
                icon: 'pulse',
                value: 'pprof',
              },
              {
                label: 'metrics',
                detail: 'Prometheus text, by default under /metrics',
                icon: 'graph',
                value: 'metrics',
              },
            ]),
        })
      ).value;
    const facts = processes.facts(context, workload, replica);
    const known =
      endpoint ??
      pinsOf(settings.pins, workload.namespace, workload.name).endpoints.find((e) => e.kind === of) ??
      bestEndpoint(facts.endpoints, of);
    const example = `http://:6060${DEFAULT_PATH[of]}`;
    const text = await picker.input({
      title,
      step: 2,
      totalSteps: 2,
      back: false,
      prompt: `Address in the pod, like ${example}. Empty takes the pin away.`,
      value: known ? formatEndpointUrl(known) : example,
      validate: (t) =>
        t.trim() === '' || parseEndpointUrl(t, of) ? undefined : `Scheme, port and path, like ${example}.`,
    });
    const at = text === '' ? undefined : parseEndpointUrl(text, of);
    await settings.pin(name, of, at ? formatEndpointUrl({ kind: of, ...at }) : '');
    void view.lookAgain(context, workload.id);
    return true;
  } catch (e) {
    void showProblem(e, { what: title, log });
    return false;
  }
}
