import { readFile, writeFile } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import { parseJson } from '@cuttle/core-types';
import {
  BridgeCommand,
  type BridgeEvent,
  type BridgeFile,
  bridgeVersion,
} from '@cuttle/core-types/bridge';
import { type FaultAct } from './faults.ts';
import type { Connection, SentFile, World } from './world.ts';

type Asked<Name extends BridgeCommand['type']> = Extract<BridgeCommand, { readonly type: Name }>;

/** What a command came to; undefined: it is answered later. */
type Outcome = 'done' | Exclude<FaultAct, 'die' | 'hang'> | undefined;

/** One life of the bridge's program on these streams; `die` is called once, when it ends. */
export function serveBridge(
  world: World,
  { input, output, die }: { readonly input: Readable; readonly output: Writable; die(): void },
): Connection {
  const connection: Connection = {
    isConnected: false,
    isListening: false,
    say: (event) => void output.write(`${JSON.stringify(event)}\n`),
    die() {
      if (!world.connections.delete(connection)) return;
      connection.isConnected = false;
      connection.isListening = false;
      die();
      world.changes.notify();
    },
  };
  world.connections.add(connection);
  const lines = createInterface({ input });
  lines.on('line', (line) => {
    if (world.connections.has(connection))
      void obey(world, connection, parseJson(BridgeCommand, line)); // never rejects
  });
  lines.on('error', () => {}); // a program that was killed
  lines.on('close', () => connection.die());
  connection.say({ type: 'ready', version: bridgeVersion });
  return connection;
}

async function obey(world: World, connection: Connection, command: BridgeCommand): Promise<void> {
  world.ledger.push({ command });
  world.changes.notify();
  const before = world.faults.take(command, 'before');
  if (before !== undefined) return strike(connection, command, before);
  const after = world.faults.take(command, 'after');
  const outcome = await act(world, { connection, command, isCut: after === 'die' });
  world.changes.notify();
  if (after !== undefined) return strike(connection, command, after);
  if (outcome !== undefined) answer(connection, command, outcome);
}

function strike(connection: Connection, command: BridgeCommand, fault: FaultAct): void {
  if (fault === 'die') connection.die();
  else if (fault !== 'hang') answer(connection, command, fault);
}

function answer(
  connection: Connection,
  command: BridgeCommand,
  outcome: Exclude<Outcome, undefined>,
): void {
  if (command.type === 'taken') return;
  const { id } = command;
  const failed = outcome === 'done' ? undefined : { message: 'WhatsApp says no.', ...outcome };
  const event: BridgeEvent =
    failed === undefined ? { type: 'done', id } : { type: 'failed', id, ...failed };
  connection.say(event);
}

interface Deed {
  readonly connection: Connection;
  readonly command: BridgeCommand;
  readonly isCut: boolean;
}

const unlinked: Outcome = { code: 'unlinked', message: 'No account is linked.' };

async function act(world: World, { connection, command, isCut }: Deed): Promise<Outcome> {
  switch (command.type) {
    case 'connect':
      return world.isLinked ? connect(world, connection) : unlinked;
    case 'login':
      return login(world, connection, command);
    case 'logout':
      logOut(world, 'asked for');
      return 'done';
    case 'taken':
      for (const pending of world.inbox)
        if (pending.event === command.event) pending.isTaken = true;
      return undefined;
    case 'listen':
      return connection.isConnected ? listen(world, connection, command) : unconnected;
    case 'send':
    case 'edit':
    case 'delete':
    case 'react':
    case 'typing':
    case 'download':
      return connection.isConnected ? actConnected(world, command, isCut) : unconnected;
  }
}

const unconnected: Outcome = { code: 'unavailable', message: 'Not connected.', reached: false };

/** The answer comes first, as a bridge gives it. */
function listen(world: World, connection: Connection, { id }: Asked<'listen'>): Outcome {
  connection.isListening = true;
  connection.say({ type: 'done', id });
  for (const { event, message, isTaken } of world.inbox)
    if (!isTaken) connection.say({ type: 'message', event, message });
  return undefined;
}

type Deedful = Asked<'send' | 'edit' | 'delete' | 'react' | 'typing' | 'download'>;

async function actConnected(world: World, command: Deedful, isCut: boolean): Promise<Outcome> {
  switch (command.type) {
    case 'send':
      return send(world, command);
    case 'edit':
      return change(world, command, (message) => (message.text = command.text));
    case 'delete':
      return change(world, command, (message) => (message.isDeleted = true));
    case 'react':
      world.reactions.push(command);
      return 'done';
    case 'typing':
      world.typing.push(command.chat);
      if (command.read) world.reads.push(command.chat);
      return 'done';
    case 'download':
      return download(world, command, isCut);
  }
}

/** One connection of a device at a time: an older one is told that it was replaced. */
function connect(world: World, connection: Connection): Outcome {
  if (connection.isConnected) return 'done';
  for (const other of world.connections) if (other.isConnected) close(other, 'replaced');
  connection.isConnected = true;
  connection.say({ type: 'connected', account: world.account });
  return 'done';
}

function close(connection: Connection, reason: string): void {
  connection.isConnected = false;
  connection.isListening = false;
  connection.say({ type: 'closed', reason });
}

function login(world: World, connection: Connection, { id }: Asked<'login'>): Outcome {
  if (world.isLinked) return connect(world, connection);
  const code = `2@${world.nextId()},${world.nextId()},${world.nextId()}`;
  world.scanning = {
    code,
    link() {
      world.scanning = undefined;
      world.isLinked = true;
      connect(world, connection);
      connection.say({ type: 'done', id });
      world.changes.notify();
    },
  };
  connection.say({ type: 'qr', code, expiresInMs: 60_000 });
  return undefined;
}

/** Here, or on the phone. */
export function logOut(world: World, reason: string): void {
  world.isLinked = false;
  for (const connection of world.connections) {
    if (!connection.isConnected) continue;
    connection.isConnected = false;
    connection.isListening = false;
    connection.say({ type: 'logged-out', reason });
  }
  world.changes.notify();
}

const mostCharacters = 65_536;

/** Who has a message under an id shows no second one under it. */
async function send(world: World, command: Asked<'send'>): Promise<Outcome> {
  const { chat, messageId, text, quote, file: sent } = command;
  const isEmpty = text === '' && sent === undefined;
  if (isEmpty || text.length > mostCharacters)
    return { code: 'invalid', message: `A message of ${text.length} characters is not sent.` };
  if (!world.people.has(chat) && !world.groups.has(chat))
    return { code: 'invalid', message: 'This number is not on WhatsApp.' };
  const file = sent && (await readSent(sent));
  const isThere = world.sent.some((one) => one.chat === chat && one.messageId === messageId);
  if (isThere) return 'done';
  const known =
    world.sent.some((one) => one.messageId === quote) ||
    world.inbox.some(({ message }) => idOf(message) === quote);
  const replyTo = known ? quote : undefined;
  world.sent.push({ chat, messageId, text, replyTo, file, isDeleted: false });
  return 'done';
}

/** The path holds only until the answer. */
async function readSent({ path, ...file }: BridgeFile): Promise<SentFile> {
  return { ...file, bytes: new Uint8Array(await readFile(path)) };
}

function idOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'id' in message
    ? message.id
    : undefined;
}

function change(
  world: World,
  { chat, target, type }: Asked<'edit' | 'delete'>,
  apply: (message: World['sent'][number]) => void,
): Outcome {
  const message = world.sent.find((one) => one.chat === chat && one.messageId === target);
  if (message === undefined || (message.isDeleted && type === 'edit'))
    return { code: 'invalid', message: 'There is no such message of ours.' };
  apply(message);
  return 'done';
}

async function download(
  world: World,
  { ref, path, maxBytes }: Asked<'download'>,
  isCut: boolean,
): Promise<Outcome> {
  const id = typeof ref === 'object' && ref !== null && 'file' in ref ? ref['file'] : undefined;
  const bytes = typeof id === 'string' ? world.files.get(id) : undefined;
  if (bytes === undefined) return { code: 'gone', message: 'WhatsApp has the file no more.' };
  if (bytes.length > maxBytes) return { code: 'too-large', message: 'The file is too large.' };
  await writeFile(path, isCut ? bytes.subarray(0, bytes.length / 2) : bytes, { mode: 0o600 });
  return 'done';
}
