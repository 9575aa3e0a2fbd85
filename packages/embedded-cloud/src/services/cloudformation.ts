import { randomUUID } from 'node:crypto';
import {
  ACCOUNT_ID,
  type AwsCall,
  type AwsReply,
  type AwsService,
  REGION,
} from '../gateway/types.ts';

/** A stack as DescribeStacks tells of it. */
export interface DescribedStack {
  name: string;
  /** Its ARN; absent: one is made of the name. */
  id?: string;
  outputs: Record<string, string>;
  parameters?: Record<string, string>;
  /** Epoch ms; absent: 0. */
  created_at?: number;
}

export interface CloudFormationOptions {
  stacks(): DescribedStack[];
}

type CallShape = Omit<AwsCall, 'action' | 'caller'>;

/** CloudFormation as far as a client asks it what a stack made: DescribeStacks. */
export function createCloudFormation({ stacks }: CloudFormationOptions): AwsService {
  return {
    service: 'cloudformation',
    actionOf: (call) => inputOf(call).get('Action') ?? '',
    permissionsOf(call) {
      const name = inputOf(call).get('StackName');
      const resource = name === null ? '*' : arnOf(name);
      return [{ action: `cloudformation:${call.action}`, resource }];
    },
    async handle(call) {
      if (call.action !== 'DescribeStacks') {
        return errorReply(400, 'InvalidAction', `Could not find operation ${call.action}`);
      }
      const name = inputOf(call).get('StackName');
      const found = stacks().filter((stack) => name === null || isNamed(stack, name));
      if (name !== null && found.length === 0) {
        return errorReply(400, 'ValidationError', `Stack with id ${name} does not exist`);
      }
      return describedStacks(found);
    },
    errorReply,
    close: async () => {},
  };
}

/** The query protocol: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
function inputOf({ query, body }: CallShape): URLSearchParams {
  return query.has('Action') ? query : new URLSearchParams(body.toString());
}

function isNamed(stack: DescribedStack, name: string): boolean {
  return stack.name === name || arnOfStack(stack) === name;
}

function arnOfStack({ id, name }: DescribedStack): string {
  return id ?? arnOf(name);
}

function arnOf(name: string): string {
  if (name.startsWith('arn:')) return name;
  return `arn:aws:cloudformation:${REGION}:${ACCOUNT_ID}:stack/${name}/embedded`;
}

function describedStacks(stacks: DescribedStack[]): AwsReply {
  const members = stacks.map((stack) => element('member', stackXml(stack))).join('');
  return xml(
    200,
    'DescribeStacksResponse',
    element('DescribeStacksResult', element('Stacks', members)) +
      element('ResponseMetadata', element('RequestId', randomUUID())),
  );
}

function stackXml(stack: DescribedStack): string {
  const pairs = (list: string, key: string, value: string, entries: Record<string, string>) =>
    element(
      list,
      Object.entries(entries)
        .map(([name, text]) =>
          element('member', element(key, escapeXml(name)) + element(value, escapeXml(text))),
        )
        .join(''),
    );
  return [
    element('StackId', escapeXml(arnOfStack(stack))),
    element('StackName', escapeXml(stack.name)),
    element('CreationTime', new Date(stack.created_at ?? 0).toISOString()),
    element('StackStatus', 'CREATE_COMPLETE'),
    pairs('Parameters', 'ParameterKey', 'ParameterValue', stack.parameters ?? {}),
    pairs('Outputs', 'OutputKey', 'OutputValue', stack.outputs),
  ].join('');
}

function errorReply(status: number, code: string, message: string): AwsReply {
  const error = [
    element('Type', status < 500 ? 'Sender' : 'Receiver'),
    element('Code', escapeXml(code)),
    element('Message', escapeXml(message)),
  ];
  const request_id = element('RequestId', randomUUID());
  return xml(status, 'ErrorResponse', element('Error', error.join('')) + request_id);
}

function xml(status: number, root: string, content: string): AwsReply {
  const body = `<${root} xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">${content}</${root}>`;
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
