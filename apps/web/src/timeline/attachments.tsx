import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from '../app/icon.tsx';
import type { StoredMedia } from './turns.ts';

export interface AttachmentsProps {
  readonly names: readonly string[];
  readonly media: readonly (StoredMedia | undefined)[];
}

/** What came with a message: pictures are seen, sounds are heard, files can be kept. */
export function Attachments({ names, media }: AttachmentsProps): JSX.Element | null {
  if (names.length === 0) return null;
  return (
    <ul class="attachments" aria-label="Attached">
      {names.map((name, index) => (
        <li key={index}>
          <Attachment name={name} stored={media[index]} />
        </li>
      ))}
    </ul>
  );
}

function Attachment({
  name,
  stored,
}: {
  readonly name: string;
  readonly stored: StoredMedia | undefined;
}): JSX.Element {
  const [isBroken, setBroken] = useState(false);
  if (stored === undefined) return <Named name={name} />;
  const { kind, url } = stored;
  const broken = (): void => setBroken(true);
  if (kind === 'image' && !isBroken)
    return (
      <a class="picture" href={url} target="_blank" rel="noopener" aria-label={`Open ${name}`}>
        <img src={url} alt={name} loading="lazy" decoding="async" onError={broken} />
      </a>
    );
  // Recordings have no captions: what is said in them is told to the agent, and in its answer.
  if (kind === 'audio' && !isBroken)
    return <audio src={url} controls preload="none" aria-label={name} onError={broken} />;
  return (
    <a class="file" href={url} target="_blank" rel="noopener" download={name}>
      <Named name={name} />
    </a>
  );
}

function Named({ name }: { readonly name: string }): JSX.Element {
  return (
    <>
      <Icon name="clip" />
      <span class="file-name">{name}</span>
    </>
  );
}
