import { z } from 'zod';
import { encodeFile } from '../encode.ts';
import { SlackFailure } from '../failure.ts';
import {
  defineMethod,
  findChannel,
  type Method,
  type MethodContext,
  requireOpen,
} from '../method.ts';
import { count, ts } from '../schemas.ts';
import type { ChannelState, FileState, MessageState } from '../world.ts';

/** https://docs.slack.dev/reference/methods/files.getUploadURLExternal */
const getUploadUrl = defineMethod(
  { tier: 4, token: 'bot', scopes: ['files:write'] },
  z.looseObject({ filename: z.string().min(1), length: count }),
  ({ world, uploads, origin }, { filename, length }) => {
    const id = world.nextId('F');
    uploads.set(id, { name: filename, length, bytes: undefined });
    return { ok: true, upload_url: `${origin()}/upload/v1/${id}`, file_id: id };
  },
);

const Complete = z.looseObject({
  files: z.array(z.looseObject({ id: z.string(), title: z.string().optional() })).min(1),
  channel_id: z.string().optional(),
  thread_ts: ts.optional(),
  initial_comment: z.string().optional(),
});

/** https://docs.slack.dev/reference/methods/files.completeUploadExternal */
const completeUpload = defineMethod(
  { tier: 4, token: 'bot', scopes: ['files:write'] },
  Complete,
  (context, args) => {
    const { uploads, origin, shares } = context;
    const channel =
      args.channel_id === undefined ? undefined : findChannel(context, args.channel_id);
    if (channel) requireOpen(context, channel);
    const files = args.files.map(({ id, title }) => complete(context, id, title));
    for (const { id } of files) uploads.delete(id);
    if (channel) {
      const { initial_comment: text = '', thread_ts: threadTs } = args;
      const make = (): void => share(context, channel, { text, threadTs, files });
      if (shares.held) shares.waiting.push(make);
      else make();
    }
    return { ok: true, files: files.map((file) => encodeFile(file, origin())) };
  },
);

/** "The file sharing is asynchronous": the message may come after the answer. https://docs.slack.dev/messaging/working-with-files#upload */
function share(
  { world, publish }: MethodContext,
  channel: ChannelState,
  said: Pick<MessageState, 'text' | 'threadTs' | 'files'>,
): void {
  const message: MessageState = {
    ...said,
    ts: world.nextTs(),
    channel: channel.id,
    user: world.bot.id,
    botId: world.botId,
    mrkdwn: true,
    blocks: [],
    broadcast: false,
    metadata: undefined,
    edited: undefined,
    deleted: false,
    onlyFor: undefined,
    reactions: new Map(),
  };
  channel.messages.set(message.ts, message);
  publish.said(message);
}

function complete(
  { world, uploads }: MethodContext,
  id: string,
  title: string | undefined,
): FileState {
  const upload = uploads.get(id);
  if (upload?.bytes === undefined) throw new SlackFailure({ error: 'file_not_found' });
  if (upload.bytes.length !== upload.length)
    throw new SlackFailure({ error: 'file_update_failed' });
  const file: FileState = {
    id,
    name: upload.name,
    title: title ?? upload.name,
    mimeType: 'application/octet-stream',
    bytes: upload.bytes,
    user: world.bot.id,
    width: undefined,
    subtype: undefined,
    deleted: false,
  };
  world.files.set(id, file);
  return file;
}

function findFile({ world }: MethodContext, id: string): FileState {
  const file = world.files.get(id);
  if (file === undefined) throw new SlackFailure({ error: 'file_not_found' });
  if (file.deleted) throw new SlackFailure({ error: 'file_deleted' });
  return file;
}

const info = defineMethod(
  { tier: 4, token: 'bot', scopes: ['files:read'] },
  z.looseObject({ file: z.string() }),
  (context, args) => ({
    ok: true,
    file: encodeFile(findFile(context, args.file), context.origin()),
  }),
);

const remove = defineMethod(
  { tier: 3, token: 'bot', scopes: ['files:write'] },
  z.looseObject({ file: z.string() }),
  (context, args) => {
    const file = findFile(context, args.file);
    if (file.user !== context.world.bot.id) throw new SlackFailure({ error: 'cant_delete_file' });
    file.deleted = true;
    return { ok: true };
  },
);

/** https://docs.slack.dev/reference/methods?family=files */
export const fileMethods: Readonly<Record<string, Method>> = {
  'files.getUploadURLExternal': getUploadUrl,
  'files.completeUploadExternal': completeUpload,
  'files.info': info,
  'files.delete': remove,
};
