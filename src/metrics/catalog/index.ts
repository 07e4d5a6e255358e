import { APF_PANELS } from './apiserver';
import { CLIENT_PANELS } from './client';
import { PROCESS_PANELS } from './process';
import { PROJECT_PANELS } from './projects';
import { QUEUE_PANELS } from './queue';
import { RECONCILE_PANELS } from './reconcile';
import { ESSENTIAL_PANELS } from './essentials';
import type { Panel } from './types';

export type { Panel } from './types';
export { fill, promDuration, rateWindow } from './fill';
export { explainMissing } from './missing';
export { addMatchers, narrow, nativeForm } from './rewrite';

/** Every panel, in the order of the page: the essentials first. */
export const PANELS: readonly Panel[] = [
  ...ESSENTIAL_PANELS,
  ...QUEUE_PANELS,
  ...RECONCILE_PANELS,
  ...CLIENT_PANELS,
  ...PROCESS_PANELS,
  ...APF_PANELS,
  ...PROJECT_PANELS,
];
