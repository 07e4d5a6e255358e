/** Values of Helm charts: argo-cd's own keys, and any chart whose values name a known image beside its arguments. */
import { ARGOCD_CONTROLLER } from './components/index';
import type { At } from './documents';
import { Env } from './forms/env';
import { Flags } from './forms/flags';
import type { Form } from './forms/form';
import { Config, Keys } from './forms/maps';
import { componentOf } from './match';
import { Place } from './place';

/** Levels below the root that may hold a chart's values: those of a subchart, and of a part of it. */
const MAX_LEVELS = 3;

export function chartPlaces(root: At): Place[] {
  const found: Place[] = [];
  const queue: { at: At; level: number }[] = [{ at: root, level: 0 }];
  for (let i = 0; i < queue.length && i < 2000; i++) {
    const { at, level } = queue[i] ?? { at: root, level: 0 };
    const argo = argocd(at);
    if (argo !== undefined) {
      found.push(...argo);
      continue;
    }
    const part = byImage(at);
    if (part !== undefined) found.push(part);
    if (level < MAX_LEVELS)
      for (const [, child] of at.entries()) if (child.map !== undefined) queue.push({ at: child, level: level + 1 });
  }
  return found;
}

/** argo-cd's chart: `configs.params` becomes argocd-cmd-params-cm, `controller` the StatefulSet. */
function argocd(at: At): Place[] | undefined {
  const configs = at.get('configs');
  const params = configs?.get('params');
  const parts = ['controller', 'server', 'repoServer', 'applicationSet', 'redis', 'dex', 'global'].filter(
    (k) => at.get(k) !== undefined,
  );
  const isChart =
    params?.entries().some(([k]) => /^(controller|server|reposerver|applicationsetcontroller)\./.test(k)) === true ||
    (configs !== undefined &&
      ['cm', 'params', 'rbac', 'secret', 'cmp'].some((k) => configs.get(k) !== undefined) &&
      parts.length > 0 &&
      (at.get('repoServer') !== undefined ||
        at.get('applicationSet') !== undefined ||
        at.get('controller') !== undefined));
  if (!isChart) return undefined;
  const controller = at.get('controller');
  const keys = configs?.map === undefined ? undefined : new Keys(configs, 'params', (k) => k.param, 'siblings');
  const forms: Form[] = [
    ...(controller?.map === undefined ? [] : [new Flags(controller, 'extraArgs'), new Env(controller)]),
    ...(keys === undefined ? [] : [keys]),
  ];
  const mark = params?.keySpan ?? configs?.keySpan ?? at.keySpan;
  const version = at.path('global.image.tag')?.text ?? controller?.path('image.tag')?.text;
  // Values are laid over the chart's own: what isn't here is at the chart's default, which is upstream's.
  return [
    new Place({
      component: ARGOCD_CONTROLLER,
      version,
      forms,
      ...(keys !== undefined && { preferred: keys }),
      complete: true,
      mark,
      whole: (configs ?? at).whole,
      source: at.source,
    }),
  ];
}

/** `image: {repository, tag}` or `image: text` beside `extraArgs`, `args`, `env` or `config`. */
function byImage(at: At): Place | undefined {
  const image = at.get('image');
  if (image === undefined) return undefined;
  const repository = image.text ?? image.get('repository')?.text ?? image.get('name')?.text;
  if (repository === undefined) return undefined;
  const tag = image.get('tag')?.text;
  const component = componentOf(tag === undefined ? repository : `${repository}:${tag}`, [], []);
  if (component === undefined) return undefined;
  const forms: Form[] = [];
  for (const list of ['extraArgs', 'args']) {
    const args = at.get(list);
    if (args?.seq !== undefined) forms.push(new Flags(at, list));
    else if (args?.map !== undefined) forms.push(new Keys(at, list, (k) => k.flags?.[0], 'siblings'));
  }
  if (at.get('env')?.seq !== undefined) forms.push(new Env(at));
  const config = at.get('config');
  if (config?.get('kind') !== undefined && config.get('kind')?.text === component.configs?.kind)
    forms.push(new Config(config));
  if (forms.length === 0) return undefined;
  const version =
    tag ?? (image.text === undefined ? undefined : image.text.split('@')[0]?.split('/').at(-1)?.split(':')[1]);
  // A chart has more values than these, and sets arguments of its own: only what is written here is known.
  return new Place({
    component,
    version,
    forms,
    complete: false,
    mark: image.whole,
    whole: at.whole,
    source: at.source,
  });
}
