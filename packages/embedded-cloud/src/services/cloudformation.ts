import { randomUUID } from 'node:crypto';
import {
  ACCOUNT_ID,
  type AwsCall,
  type AwsReply,
  type AwsService,
  REGION,
} from '../gateway/types.ts';

/** A stack in the response of DescribeStacks. */
export interface DescribedStack {
  name: string;
  /** ARN of the stack. By default, the ARN is built from the name of the stack. */
  id?: string;
  outputs: Record<string, string>;
  parameters?: Record<string, string>;
  /** The template, for GetTemplate. The default is an empty one. */
  template?: object;
  /** Time of the stack's creation, in epoch milliseconds. The default is 0. */
  created_at?: number;
}

export interface CloudFormationOptions {
  stacks(): DescribedStack[];
}

type CallShape = Omit<AwsCall, 'action' | 'caller'>;

/**
 * Emulates two actions of CloudFormation: DescribeStacks, which clients use to read the outputs of a
 * stack, and GetTemplate.
 */
export function createCloudFormation({ stacks }: CloudFormationOptions): AwsService {
  return {
    service: 'cloudformation',
    actionOf: (call) => readInput(call).get('Action') ?? '',
    permissionsOf(call) {
      const name = readInput(call).get('StackName');
      const resource = name === null ? '*' : buildArn(name);
      return [{ action: `cloudformation:${call.action}`, resource }];
    },
    async handle(call) {
      if (call.action === 'GetTemplate') return answerTemplate(stacks(), readInput(call));
      if (call.action !== 'DescribeStacks') {
        return createErrorReply(400, 'InvalidAction', `Could not find operation ${call.action}`);
      }
      const name = readInput(call).get('StackName');
      const found = stacks().filter((stack) => name === null || hasName(stack, name));
      if (name !== null && found.length === 0) {
        return createErrorReply(400, 'ValidationError', `Stack with id ${name} does not exist`);
      }
      return createStacksReply(found);
    },
    errorReply: createErrorReply,
    close: async () => {},
  };
}

/**
 * Reads the parameters of a call in the AWS query protocol.
 * Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
function readInput({ query, body }: CallShape): URLSearchParams {
  return query.has('Action') ? query : new URLSearchParams(body.toString());
}

function hasName(stack: DescribedStack, name: string): boolean {
  return stack.name === name || resolveArn(stack) === name;
}

function resolveArn({ id, name }: DescribedStack): string {
  return id ?? buildArn(name);
}

function buildArn(name: string): string {
  if (name.startsWith('arn:')) return name;
  return `arn:aws:cloudformation:${REGION}:${ACCOUNT_ID}:stack/${name}/embedded`;
}

/**
 * Answers GetTemplate with the template as JSON.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html
 */
function answerTemplate(stacks: DescribedStack[], input: URLSearchParams): AwsReply {
  const name = input.get('StackName') ?? '';
  const found = stacks.find((stack) => hasName(stack, name));
  if (found === undefined) {
    return createErrorReply(400, 'ValidationError', `Stack with id ${name} does not exist`);
  }
  const body = writeElement('TemplateBody', escapeXml(JSON.stringify(found.template ?? {})));
  return createXmlReply(
    200,
    'GetTemplateResponse',
    writeElement('GetTemplateResult', body) +
      writeElement('ResponseMetadata', writeElement('RequestId', randomUUID())),
  );
}

function createStacksReply(stacks: DescribedStack[]): AwsReply {
  const members = stacks.map((stack) => writeElement('member', writeStack(stack))).join('');
  return createXmlReply(
    200,
    'DescribeStacksResponse',
    writeElement('DescribeStacksResult', writeElement('Stacks', members)) +
      writeElement('ResponseMetadata', writeElement('RequestId', randomUUID())),
  );
}

function writeStack(stack: DescribedStack): string {
  const writePairs = (list: string, key: string, value: string, entries: Record<string, string>) =>
    writeElement(
      list,
      Object.entries(entries)
        .map(([name, text]) =>
          writeElement(
            'member',
            writeElement(key, escapeXml(name)) + writeElement(value, escapeXml(text)),
          ),
        )
        .join(''),
    );
  return [
    writeElement('StackId', escapeXml(resolveArn(stack))),
    writeElement('StackName', escapeXml(stack.name)),
    writeElement('CreationTime', new Date(stack.created_at ?? 0).toISOString()),
    writeElement('StackStatus', 'CREATE_COMPLETE'),
    writePairs('Parameters', 'ParameterKey', 'ParameterValue', stack.parameters ?? {}),
    writePairs('Outputs', 'OutputKey', 'OutputValue', stack.outputs),
  ].join('');
}

function createErrorReply(status: number, code: string, message: string): AwsReply {
  const error = [
    writeElement('Type', status < 500 ? 'Sender' : 'Receiver'),
    writeElement('Code', escapeXml(code)),
    writeElement('Message', escapeXml(message)),
  ];
  const request_id = writeElement('RequestId', randomUUID());
  return createXmlReply(
    status,
    'ErrorResponse',
    writeElement('Error', error.join('')) + request_id,
  );
}

function createXmlReply(status: number, root: string, content: string): AwsReply {
  const body = `<${root} xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">${content}</${root}>`;
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

function writeElement(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
