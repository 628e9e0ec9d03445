// Uses a server of the Step Functions API with AWS's SDK for JavaScript, as an application does:
//
//     node client.mjs ENDPOINT
//
// Nothing is changed for it but the endpoint; it prints what it got, one JSON value a line.

import { createRequire } from "node:module";

const require = createRequire(`${process.env.ASL_NODE_MODULES}/`);
const {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  paginateGetExecutionHistory,
} = require("@aws-sdk/client-sfn");

const client = new SFNClient({
  endpoint: process.argv[2],
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  // The SDK would put `sync-` before the name of the host, which no name server knows here.
  disableHostPrefix: true,
});
const say = (value) => console.log(JSON.stringify(value));
const roleArn = "arn:aws:iam::123456789012:role/r";
const definition = JSON.stringify({
  StartAt: "Double",
  QueryLanguage: "JSONata",
  States: { Double: { Type: "Pass", Output: "{% $states.input.n * 2 %}", End: true } },
});

const { stateMachineArn } = await client.send(
  new CreateStateMachineCommand({ name: "double", definition, roleArn }),
);
const { executionArn } = await client.send(
  new StartExecutionCommand({ stateMachineArn, input: '{"n": 21}' }),
);
let described;
do {
  described = await client.send(new DescribeExecutionCommand({ executionArn }));
} while (described.status === "RUNNING");
say([described.status, described.output, described.startDate instanceof Date]);
const types = [];
const pages = paginateGetExecutionHistory({ client, pageSize: 3 }, { executionArn });
for await (const page of pages) {
  types.push(...page.events.map((event) => event.type));
}
say(types);
const express = await client.send(
  new CreateStateMachineCommand({ name: "quick", type: "EXPRESS", definition, roleArn }),
);
const answer = await client.send(
  new StartSyncExecutionCommand({ stateMachineArn: express.stateMachineArn, input: '{"n": 1}' }),
);
say([answer.status, answer.output]);
try {
  await client.send(new StartExecutionCommand({ stateMachineArn, input: "not" }));
} catch (error) {
  say(error.name);
}
