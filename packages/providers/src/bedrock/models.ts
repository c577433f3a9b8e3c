import type { ModelInfo } from '@cuttle/core-types/ports';
import type { BedrockModels, BedrockProfiles } from './wire.ts';

type Summary = NonNullable<BedrockModels['modelSummaries']>[number];

/**
 * What can be talked to: models by their own id where they are served so, and the profiles through which the others are.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles.html
 */
export function toModels(
  { modelSummaries }: BedrockModels,
  profiles: readonly BedrockProfiles[],
): readonly ModelInfo[] {
  const talking = (modelSummaries ?? []).filter(canTalk);
  const known = new Map(talking.map((summary) => [summary.modelId, summary]));
  const own = talking
    .filter(({ inferenceTypesSupported }) => inferenceTypesSupported?.includes('ON_DEMAND'))
    .map((summary) => ({ id: summary.modelId, inputs: inputsOf(summary) }));
  const through = profiles
    .flatMap(({ inferenceProfileSummaries }) => inferenceProfileSummaries ?? [])
    .filter(({ status }) => status == null || status === 'ACTIVE')
    .flatMap(({ inferenceProfileId, models }): readonly ModelInfo[] => {
      const arn = (models ?? []).map(({ modelArn }) => modelArn ?? '').find(Boolean) ?? '';
      const summary = known.get(arn.split('/').at(-1) ?? '');
      return summary ? [{ id: inferenceProfileId, inputs: inputsOf(summary) }] : [];
    });
  return [...through, ...own];
}

function canTalk({
  outputModalities,
  responseStreamingSupported,
  modelLifecycle,
}: Summary): boolean {
  return (
    (outputModalities ?? []).includes('TEXT') &&
    responseStreamingSupported !== false &&
    (modelLifecycle?.status ?? 'ACTIVE') === 'ACTIVE'
  );
}

const inputs: ReadonlyMap<string, 'text' | 'image' | 'audio' | 'video'> = new Map(
  Object.entries({
    TEXT: 'text',
    IMAGE: 'image',
    AUDIO: 'audio',
    SPEECH: 'audio',
    VIDEO: 'video',
  }),
);

function inputsOf({ inputModalities }: Summary): ModelInfo['inputs'] {
  return (inputModalities ?? []).flatMap((name) => inputs.get(name) ?? []);
}
