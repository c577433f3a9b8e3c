import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Readable, Writable } from 'node:stream';
import type { BridgeAccount, BridgeCommand } from '@cuttle/core-types/bridge';
import type { FaultHandle } from '../faults.ts';
import { readWhatsappText } from '../whatsapp/visible-text.ts';
import { logOut, serveBridge } from './bridge.ts';
import type { Fault } from './faults.ts';
import { createPeople, type People } from './people.ts';
import {
  type CommandName,
  createWorld,
  type PendingMessage,
  type SentFile,
  type World,
} from './world.ts';

export interface VisibleMessage {
  readonly id: string;
  /** As people read it, without marks. */
  readonly text: string;
  readonly replyTo: string | undefined;
  readonly file: SentFile | undefined;
}

export interface WhatsappWebOptions {
  readonly account?: BridgeAccount;
  /** Whether the account is linked when it begins; it is without it. */
  readonly isLinked?: boolean;
}

/** The scripted program as a child would be. */
export interface ScriptedProgram {
  readonly input: Writable;
  readonly output: Readable;
  readonly errors: Readable;
  readonly end: Promise<string>;
  kill(): void;
}

/** WhatsApp with a scripted bridge before it: the lines of the contract on one side, people on the other. */
export interface WhatsappWeb extends People, AsyncDisposable {
  readonly account: BridgeAccount;
  /** The text of the QR code that is shown now. */
  readonly code: string | undefined;
  readonly isLinked: boolean;
  readonly isListening: boolean;
  /** What people see of the account's messages in a chat, in order. */
  visible(chat: string): readonly VisibleMessage[];
  calls<Name extends CommandName>(
    name: Name,
  ): readonly Extract<BridgeCommand, { readonly type: Name }>[];
  readonly reactions: World['reactions'];
  readonly typing: readonly string[];
  /** Chats in which people saw that what they wrote was read. */
  readonly reads: readonly string[];
  readonly pending: readonly PendingMessage[];
  /** The account deletes a message of its own on the phone. */
  deleteMessage(messageId: string): void;
  forgetFiles(): void;
  fail(fault: Fault): FaultHandle;
  /** Ends the link on the phone. */
  unlink(): void;
  /** Every program that runs dies. */
  killBridges(): void;
  /** A program in this process. */
  start(): ScriptedProgram;
  /** File of a program for Node that speaks for this world: a child of its own, to be started as a bridge is. */
  readonly program: string;
  waitFor<T>(predicate: () => T | undefined | false | null, signal: AbortSignal): Promise<T>;
}

/** Opens a world and a port on loopback, where the program of `program` asks what to say. */
export async function openWhatsappWeb({
  account = { id: '15550783881', name: 'Cuttle' },
  isLinked = true,
}: WhatsappWebOptions = {}): Promise<WhatsappWeb> {
  const world = createWorld(account, isLinked);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // a program that was killed
    socket.on('close', () => sockets.delete(socket));
    const connection = serveBridge(world, {
      input: socket,
      output: socket,
      die: () => void socket.destroy(),
    });
    socket.on('close', () => connection.die());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const folder = await mkdtemp(join(tmpdir(), 'cuttle-whatsapp-web-'));
  const program = join(folder, 'bridge.mjs');
  // An address of TCP is an object.
  await writeFile(program, programText((server.address() as AddressInfo).port));
  return {
    ...createPeople(world),
    account,
    get code() {
      return world.scanning?.code;
    },
    get isLinked() {
      return world.isLinked;
    },
    get isListening() {
      return [...world.connections].some((connection) => connection.isListening);
    },
    reactions: world.reactions,
    typing: world.typing,
    reads: world.reads,
    get pending() {
      return world.inbox.filter(({ isTaken }) => !isTaken);
    },
    program,
    visible: (chat) => visibleIn(world, chat),
    calls: (name) => callsOf(world, name),
    ...createTroubles(world),
    start: () => startHere(world),
    waitFor: (predicate, signal) => world.changes.waitFor(predicate, signal),
    async [Symbol.asyncDispose]() {
      for (const connection of world.connections) connection.die();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Troubles = Pick<
  WhatsappWeb,
  'fail' | 'unlink' | 'killBridges' | 'forgetFiles' | 'deleteMessage'
>;

function createTroubles(world: World): Troubles {
  return {
    fail: (fault) => world.faults.add(fault),
    unlink: () => logOut(world, 'The device was removed on the phone.'),
    forgetFiles: () => world.files.clear(),
    killBridges() {
      for (const connection of world.connections) connection.die();
    },
    deleteMessage(messageId) {
      for (const message of world.sent)
        if (message.messageId === messageId) message.isDeleted = true;
    },
  };
}

function visibleIn(world: World, chat: string): readonly VisibleMessage[] {
  return world.sent
    .filter((message) => message.chat === chat && !message.isDeleted)
    .map(({ messageId, text, replyTo, file }) => ({
      id: messageId,
      text: readWhatsappText(text),
      replyTo,
      file,
    }));
}

function callsOf<Name extends CommandName>(
  world: World,
  name: Name,
): readonly Extract<BridgeCommand, { readonly type: Name }>[] {
  return world.ledger
    .map(({ command }) => command)
    .filter(
      (command): command is Extract<BridgeCommand, { readonly type: Name }> =>
        command.type === name,
    );
}

function startHere(world: World): ScriptedProgram {
  const input = new PassThrough();
  const output = new PassThrough();
  const errors = new PassThrough();
  const ended = Promise.withResolvers<string>();
  const connection = serveBridge(world, {
    input,
    output,
    die() {
      output.end();
      errors.end();
      ended.resolve('it ended by itself');
    },
  });
  return { input, output, errors, end: ended.promise, kill: () => connection.die() };
}

/** Its streams are those of the world: it ends with either. */
function programText(port: number): string {
  return `import { connect } from 'node:net';
const world = connect(${port}, '127.0.0.1');
process.stdin.pipe(world);
world.pipe(process.stdout);
world.on('error', (error) => process.stderr.write(\`\${error.message}\\n\`));
world.on('close', () => process.exit(1));
process.stdin.on('end', () => process.exit(0));
`;
}
