import { fixOf, numberOf, type YamlRule } from './rule';

const ENV = 'ARGOCD_CONTROLLER_REPLICAS';

/** ArgoCD's number of shards differs from its replicas. */
export const REPLICAS: YamlRule = {
  id: 'yaml-argocd-replicas',
  title: 'Shards and replicas of the application controller differ',
  explains:
    `ArgoCD's application controller spreads the clusters over as many shards as \`${ENV}\` says, and each ` +
    'replica of its StatefulSet takes one shard. With fewer replicas than shards some clusters are looked after ' +
    'by nobody; with more, some replicas do nothing (argo-cd v3.6.1, ' +
    'docs/operator-manual/high_availability.md:116).',
  *check(context) {
    const { place } = context;
    const { replicas, kind } = place.data;
    if (place.component.id !== 'argocd' || kind !== 'StatefulSet' || replicas === undefined) return;
    const knob = place.component.knobs.find((k) => k.env === ENV);
    const now = knob === undefined ? undefined : place.inForce(knob);
    const shards = numberOf(now?.value);
    if (knob === undefined || now === undefined || shards === undefined || shards === replicas.value) return;
    const without =
      shards > replicas.value
        ? 'clusters of the shards without a replica are looked after by nobody'
        : 'the other replicas have no clusters to look after';
    yield {
      ...(now.span ?? {
        start: place.data.source.at(replicas.span.start),
        end: place.data.source.at(replicas.span.end),
      }),
      rule: REPLICAS.id,
      severity: 'warning',
      message:
        `The StatefulSet has ${replicas.value} replicas, and ${ENV} is ` +
        `${now.from === 'default' ? 'not set and so 1' : shards}: ${without}.`,
      fixes: fixOf(
        context,
        'shards',
        `Set ${ENV} to ${replicas.value}`,
        [{ knob, value: String(replicas.value) }],
        true,
      ),
    };
  },
};
