import type { JSX } from 'preact';
import { Icon } from '../app/icon.tsx';
import type { Uploads } from './use-uploads.tsx';

export function FileChips({ uploads }: { readonly uploads: Uploads }): JSX.Element | null {
  const { files, problem, remove } = uploads;
  if (files.length === 0 && problem === undefined) return null;
  return (
    <div class="chips">
      {problem !== undefined && <p role="alert">{problem}</p>}
      {files.map((file, index) => (
        <span key={index} class="chip">
          {file.mimeType.startsWith('image/') && (
            <img src={`data:${file.mimeType};base64,${file.data}`} alt="" />
          )}
          <span class="chip-name">{file.name}</span>
          <button
            type="button"
            class="ghost"
            aria-label={`Remove ${file.name}`}
            onClick={() => remove(index)}
          >
            <Icon name="close" />
          </button>
        </span>
      ))}
    </div>
  );
}
