// A consumer of the campaign, in a process of its own: `campaign-consumer.ts <port> <folder>`. It says "ready" once,
// then a dot for each body that begins; SIGTERM lets it end what it runs.
import { campaignApp } from './campaign-app.js';
import { LedgerWriter } from './ledger.js';

const [port, folder] = process.argv.slice(2);
const ledger = new LedgerWriter(folder!);
const { huey } = campaignApp({
  port: Number(port),
  onRun: (moment, number, id, attempt) => {
    ledger.write(moment, number, id, attempt);
    if (moment === 'began') process.stdout.write('.');
  },
});
ledger.listenTo(huey.storage);
const consumer = huey.createConsumer({ workers: 10, leaseTtl: '5s', maxDelay: '1s' });
process.once('SIGTERM', () => {
  void consumer
    .stop()
    .then(async () => huey.close())
    .then(() => process.exit());
});
await consumer.start();
process.stdout.write('ready\n');
