import { requestTiles } from './requests';
import { signalsOf } from './signals';
import { stationsOf } from './stations';
import { EVIDENCE } from './thresholds';
import type { PipelineInput, PipelineView } from './types';
import { judge } from './verdict';

export { pipelineQueries, type QueryId } from './queries';
export type { PipelineInput, PipelineView } from './types';

/**
 * The pipeline of one process: a lane for each controller, the requests of all, and what holds it back, if anything
 * does.
 */
export function pipelineOf(input: PipelineInput): PipelineView {
  const signals = signalsOf(input);
  const from = input.time - EVIDENCE.window;
  const { verdict, noVerdict } = judge(signals, input);
  return {
    time: input.time,
    lanes: signals.lanes.map((l) => ({
      controller: l.controller,
      stations: stationsOf(input, l, signals.process, from),
    })),
    requests: requestTiles(input, signals.process, from),
    verdict,
    noVerdict,
  };
}
