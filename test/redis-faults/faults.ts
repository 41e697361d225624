// What a campaign does to its stage, one after another. Each fault ends by itself once it has been felt: by a call of its
// own that it made fail, by answers that were lost, or by so much progress under it.
import { Redis } from 'ioredis';
import type { Huey } from 'huey-ts';
import { within } from './campaign-child.js';
import type { Stage } from './stage.js';

export interface Fault {
  readonly name: string;
  /** Brings it about, and ends it. @param huey A producer that feels it. */
  readonly strike: (stage: Stage, huey: Huey) => Promise<void>;
}

export const FAULTS: readonly Fault[] = [
  { name: 'a consumer is killed', strike: (stage) => stage.replaceConsumer() },
  {
    name: 'the server is killed, and started again with its append-only file',
    strike: async (stage) => {
      await stage.server.stop('SIGKILL');
      await stage.startServer();
    },
  },
  {
    name: 'all clients are disconnected by the server',
    strike: async ({ control }) => {
      // After the fault before, they may not be back yet.
      for (let killed = 0; killed < 2;)
        killed += Number(await control.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'));
    },
  },
  {
    name: 'answers are lost on the way',
    strike: ({ proxy }) => within('lost answers', proxy.loseAnswers(5)),
  },
  {
    name: 'the network is cut',
    strike: async ({ proxy, control }) => {
      for (let cut = 0; cut < 2; await control.ping()) cut += proxy.cut();
    },
  },
  {
    name: 'the network is slow',
    strike: async (stage) => {
      stage.proxy.delayBy(20);
      await stage.reached(stage.runs + 50);
      stage.proxy.delayBy(0);
    },
  },
  {
    name: 'the server pauses its clients',
    strike: async (stage) => {
      await stage.control.call('CLIENT', 'PAUSE', '500', 'ALL');
      // It is answered when the pause is over.
      await within('the end of the pause', stage.control.ping());
    },
  },
  {
    name: 'the server is stopped for longer than clients wait, and goes on',
    strike: async (stage) => {
      const { pid } = stage.server;
      const probe = new Redis({ host: '127.0.0.1', port: stage.port, commandTimeout: 2500 });
      await probe.ping();
      process.kill(pid, 'SIGSTOP');
      const isAnswered = await probe.ping().then(
        () => true,
        () => false,
      );
      process.kill(pid, 'SIGCONT');
      probe.disconnect();
      if (isAnswered) throw new Error('expected a server that is stopped, got an answer');
    },
  },
  {
    name: 'the server is out of memory',
    strike: async ({ control }, huey) => {
      await control.config('SET', 'maxmemory', '1mb');
      await refused(huey, /out of memory/);
      await control.config('SET', 'maxmemory', '0');
    },
  },
  {
    name: 'the server is a replica that cannot be written to',
    strike: async ({ control }, huey) => {
      await control.call('REPLICAOF', '127.0.0.1', '1');
      await refused(huey, /read-only replica/);
      await control.call('REPLICAOF', 'NO', 'ONE');
    },
  },
  {
    name: 'the server wants a password that nobody has',
    strike: async ({ control }, huey) => {
      await control.config('SET', 'requirepass', 'secret');
      await control.call('AUTH', 'secret');
      await control.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await refused(huey, /wants a password/);
      await control.config('SET', 'requirepass', '');
    },
  },
];

/** Enqueues what has no effect, until it is refused for that reason. */
async function refused(huey: Huey, reason: RegExp): Promise<void> {
  const refusal = async (): Promise<void> => {
    for (;;) {
      const said = await huey.data.put('probe', 1).then(
        () => '',
        (error: Error) => error.message,
      );
      if (reason.test(said)) return;
    }
  };
  await within(`a refusal: ${reason.source}`, refusal());
}
