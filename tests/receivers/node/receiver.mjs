// Receives webhooks as a customer does, and verifies each with two packages that are not Laurel's.
//
//   PUT  /secrets/{name}  ["whsec_…", …]   what messages of that name may be signed with
//   POST /hooks/{name}    a message        200 where both packages believe it with any of the secrets, else 401; the body is the verdict
//   GET  /hooks/{name}?from=N              the verdicts so far but for the first N, in the order in which the messages came
//
// A verdict is {"id","timestamp","signature","body","type","standardwebhooks","svix"}: the headers as they came, the body in base64, the type that the body
// names, and for each package a list with, for each secret, null where it believes the message, else why it does not.
//
// It listens on a free port of this machine, which it prints, and ends when its input does, so that it never outlives the test.
import { createServer } from 'node:http';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';

const names = new Map();

function named(name) {
  if (!names.has(name)) names.set(name, { standardwebhooks: [], svix: [], verdicts: [] });
  return names.get(name);
}

async function bytesOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

// The type as the package hands it over, so that a package that believes what it cannot read does not pass.
function judge(webhooks, body, headers) {
  let type = null;
  const faults = webhooks.map((webhook) => {
    try {
      ({ type } = webhook.verify(body, headers));
      return null;
    } catch (error) {
      return `${error.name}: ${error.message}`;
    }
  });
  return { type, faults };
}

function receive(receiver, headers, body) {
  const standard = judge(receiver.standardwebhooks, body, headers);
  const svix = judge(receiver.svix, body, headers);
  const verdict = {
    id: headers['webhook-id'],
    timestamp: headers['webhook-timestamp'],
    signature: headers['webhook-signature'],
    body: body.toString('base64'),
    type: standard.type === svix.type ? standard.type : null,
    standardwebhooks: standard.faults,
    svix: svix.faults,
  };
  receiver.verdicts.push(verdict);
  return verdict;
}

async function answer(request) {
  const url = new URL(request.url, 'http://receiver');
  const [, folder, name] = url.pathname.split('/');
  const receiver = named(name);
  const body = await bytesOf(request);
  switch (`${request.method} ${folder}`) {
    case 'PUT secrets':
      receiver.standardwebhooks = JSON.parse(body).map((secret) => new StandardWebhook(secret));
      receiver.svix = JSON.parse(body).map((secret) => new SvixWebhook(secret));
      return [204];
    case 'POST hooks': {
      const verdict = receive(receiver, request.headers, body);
      const believed = verdict.standardwebhooks.includes(null) && verdict.svix.includes(null);
      return [believed ? 200 : 401, verdict];
    }
    case 'GET hooks':
      return [200, receiver.verdicts.slice(Number(url.searchParams.get('from')))];
    default:
      return [404, `nothing is at ${request.url}`];
  }
}

const server = createServer((request, response) => {
  answer(request)
    .catch((error) => [500, `${error.name}: ${error.message}`])
    .then(([status, value]) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(value === undefined ? undefined : JSON.stringify(value));
    });
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume().on('end', () => process.exit(0));
