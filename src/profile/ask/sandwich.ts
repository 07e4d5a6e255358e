/** A function between the trees of its callers and its callees. */
import { Growing, NONE } from '../columns';
import type { Model } from '../model';
import type { View } from '../part/view';
import { growTree, Splitter } from '../tree';
import type { Sandwich, SandwichQuery } from '../types';

/**
 * Both trees begin at the function's outermost frame of each sample, so that their totals are its cum; recursive calls
 * appear below it.
 */
export function sandwich(model: Model, query: SandwichQuery): Sandwich {
  const view = model.view(query.part);
  const { samples, above, below } = around(view, query.id);
  const tree = (part: View) =>
    growTree(
      model,
      new Splitter(model, { ...part, samples }, query.sampleType),
      { sampleType: query.sampleType, zoom: [], minShare: query.minShare, ownModules: query.ownModules ?? [] },
      query.id,
    );
  return { callers: tree(above), callees: tree(below) };
}

function around(view: View, id: number): { samples: Uint32Array; above: View; below: View } {
  const { columns, nodeOf, ends } = view;
  const { frames, frameAt, samples: all } = columns;
  const samples = new Growing(new Uint32Array(1024));
  const below = ends.slice();
  // A copy of each sample's callers in reverse order, because trees are grown from the end of a stack.
  const turned = new Growing(new Uint32Array(1024));
  const turnedAt = new Uint32Array(all + 1);
  let next = 0;
  for (let k = 0, n = view.samples?.length ?? all; k < n; k++) {
    const i = view.samples ? (view.samples[k] as number) : k;
    const end = ends[i] as number;
    let j = end - 1;
    const first = frameAt[i] as number;
    while (j >= first && nodeOf[frames[j] as number] !== id) j--;
    if (j < first) continue;
    samples.push(i);
    below[i] = j;
    const room = turned.room(end - j - 1);
    while (next <= i) turnedAt[next++] = turned.length;
    for (let a = end - 1; a > j; a--)
      if (nodeOf[frames[a] as number] !== NONE) room[turned.length++] = frames[a] as number;
  }
  while (next <= all) turnedAt[next++] = turned.length;
  return {
    samples: samples.done(),
    below: { ...view, ends: below },
    above: { ...view, columns: { ...columns, frames: turned.done(), frameAt: turnedAt }, ends: turnedAt.subarray(1) },
  };
}
