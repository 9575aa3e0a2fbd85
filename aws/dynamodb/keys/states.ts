import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  type ScanCommandOutput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { UsedKeys } from '../../../api/authorizer/ports.ts';
import type { KeyStates } from '../../../operations/keys/ports.ts';
import { type KeyState, keyStateSchema } from '../../../schemas/index.ts';
import { type CloudAddress, clientConfig, createClient } from '../../clients.ts';
import { callConditionally, callDynamoDb, openTable, type TableDeps } from '../table.ts';

/** Begin of the name of the items that say which tenants may use tokens. */
const TOKENS = 'tokens ';
const tokensSchema = z.object({ token_key: z.string() });
const itemSchema = keyStateSchema.extend({ key_hash: z.string() });

export interface KeyStatesDeps extends TableDeps {
  /** Address of the cloud that holds the table. Default: the AWS account of the environment. */
  cloud?: CloudAddress;
}

/**
 * Creates the states of API keys in a table. The table has an item for each key, and no value of a
 * key: the name of an item is the hash of its key.
 */
export function createKeyStates({ cloud, ...deps }: KeyStatesDeps): KeyStates & UsedKeys {
  const config = cloud && { client: createClient(DynamoDBClient, clientConfig(cloud)) };
  const { client, table_name: TableName } = openTable({ ...config, ...deps });
  const keyOf = (key_hash: string) => ({ TableName, Key: marshall({ key_hash }) });
  return {
    async create(key_hash) {
      const command = new PutItemCommand({ TableName, Item: marshall({ key_hash }) });
      void (await callDynamoDb(() => client.send(command)));
    },
    async read(key_hash) {
      const { Item } = await callDynamoDb(() => client.send(new GetItemCommand(keyOf(key_hash))));
      return Item === undefined ? undefined : keyStateSchema.parse(unmarshall(Item));
    },
    async noteUse(key_hash, day) {
      const command = new UpdateItemCommand({
        ...keyOf(key_hash),
        UpdateExpression: 'SET last_used_on = :day',
        // Callers can send keys that do not exist. They must not create items.
        ConditionExpression:
          'attribute_exists(key_hash) AND (attribute_not_exists(last_used_on) OR last_used_on < :day)',
        ExpressionAttributeValues: marshall({ ':day': day }),
      });
      void (await callConditionally(() => client.send(command)));
    },
    async list() {
      const states = new Map<string, KeyState>();
      let next: ScanCommandOutput['LastEvaluatedKey'];
      do {
        const command = new ScanCommand({ TableName, ExclusiveStartKey: next });
        const { Items = [], LastEvaluatedKey } = await callDynamoDb(() => client.send(command));
        for (const item of Items) {
          const { key_hash, ...state } = itemSchema.parse(unmarshall(item));
          if (!key_hash.startsWith(TOKENS)) states.set(key_hash, state);
        }
        next = LastEvaluatedKey;
      } while (next !== undefined);
      return states;
    },
    async end(key_hash, ends_at) {
      const command = new UpdateItemCommand({
        ...keyOf(key_hash),
        UpdateExpression: 'SET ends_at = :ends_at',
        ExpressionAttributeValues: marshall({ ':ends_at': ends_at }),
      });
      void (await callDynamoDb(() => client.send(command)));
    },
    async readTokenKey(tenant) {
      const command = new GetItemCommand(keyOf(`${TOKENS}${tenant}`));
      const { Item } = await callDynamoDb(() => client.send(command));
      return Item === undefined ? undefined : tokensSchema.parse(unmarshall(Item)).token_key;
    },
    async setTokenKey(tenant, token_key) {
      const key_hash = `${TOKENS}${tenant}`;
      const command =
        token_key === undefined
          ? new DeleteItemCommand(keyOf(key_hash))
          : new PutItemCommand({ TableName, Item: marshall({ key_hash, token_key }) });
      void (await callDynamoDb<unknown>(() => client.send(command as PutItemCommand)));
    },
    async delete(key_hash) {
      const command = new DeleteItemCommand(keyOf(key_hash));
      void (await callDynamoDb(() => client.send(command)));
    },
  };
}
