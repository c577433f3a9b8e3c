import type { JSX } from 'preact';
import { Icon } from '../app/icon.tsx';
import { uploadLimits } from './uploads.ts';
import type { Uploads } from './use-uploads.tsx';

export function FileChips({ uploads }: { readonly uploads: Uploads }): JSX.Element | null {
  const { files, problem, reading, isOver, remove } = uploads;
  const isEmpty = files.length === 0 && problem === undefined && reading === 0 && !isOver;
  if (isEmpty) return null;
  return (
    <div class="chips">
      {isOver && <p class="hint">Drop to attach. {uploadLimits}.</p>}
      {reading > 0 && (
        <p class="hint" role="status">
          <progress aria-label="Reading files" /> Reading {reading === 1 ? 'a file' : 'files'}…
        </p>
      )}
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
