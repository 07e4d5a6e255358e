/** Finding the endpoints of a process, and pinning one. */
import { isAbort, Problem } from '../../base/problem';
import { bestEndpoint, type FoundEndpoint } from '../../cluster/endpoints';
import { DEFAULT_PATH, formatEndpointUrl, parseEndpointUrl, pinsOf } from '../../cluster/pins';
import type { EndpointKind } from '../../controllers/types';
import type { Parts } from '../parts';
import type { PodPlace } from '../processes/place';
import type { Choice } from '../editor';

/** Probes the process; the tree shows the result. A failure is a line under the replica, so no message pops up. */
export async function findEndpoints({ processes }: Parts, place: PodPlace): Promise<void> {
  try {
    await processes.probe(place.context, place.workload, place.replica, { again: true });
  } catch (e) {
    if (!isAbort(e)) return; // kept in the facts, and logged
  }
}

/** Asks for kind and address, and writes the setting. False when the user cancels. */
export async function pinEndpoint(
  { editor, processes, view }: Parts,
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
        await editor.picker.pick<EndpointKind>({
          title,
          step: 1,
          totalSteps: 2,
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
      pinsOf(editor.settings.pins, workload.namespace, workload.name).endpoints.find((e) => e.kind === of) ??
      bestEndpoint(facts.endpoints, of);
    const example = `http://:6060${DEFAULT_PATH[of]}`;
    const text = await editor.picker.input({
      title,
      step: 2,
      totalSteps: 2,
      prompt: `Address in the pod, like ${example}. Empty takes the pin away.`,
      value: known ? formatEndpointUrl(known) : example,
      validate: (t) =>
        t.trim() === '' || parseEndpointUrl(t, of) ? undefined : `Scheme, port and path, like ${example}.`,
    });
    const at = text === '' ? undefined : parseEndpointUrl(text, of);
    await editor.settings.pin(name, of, at ? formatEndpointUrl({ kind: of, ...at }) : '');
    // The tree probes again when a pin changes, but not when the same address is entered again.
    void view.probeAgain(context, workload.id);
    return true;
  } catch (e) {
    void editor.messages.problem(e, { what: title });
    return false;
  }
}

/** Shows what the last probe found, for a user who may not be looking at the tree. */
export function showEndpoints({ editor, processes }: Parts, { context, workload, replica }: PodPlace): void {
  const facts = processes.facts(context, workload, replica);
  const [problem] = facts.problems;
  if (problem) {
    void editor.messages.problem(Problem.fromJSON(problem), { what: 'Look for endpoints' });
    return;
  }
  const said = facts.endpoints.map(
    (e) =>
      `${e.kind} on ` +
      `${e.port}${e.state === 'needsToken' ? ' (needs a token)' : e.state === 'failed' ? ' (did not answer)' : ''}`,
  );
  void editor.messages.info(
    said.length > 0 ? `${replica.pod.name}: ${said.join(', ')}.` : `No endpoint of ${replica.pod.name} answered.`,
  );
}
