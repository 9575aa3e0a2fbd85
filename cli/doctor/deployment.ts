import type { Command } from 'commander';
import { readCallerArn } from '../../aws/sts/caller.ts';
import { readRegion } from '../../aws/sts/region.ts';
import { connectApi, findApi, withAdvice } from '../api.ts';
import { connect } from '../cloud.ts';
import { refuseWrongClock } from '../lake/clock.ts';
import { chooseTarget } from '../targets/choose-target.ts';
import { readVersion } from '../version.ts';
import { type Check, check, skip } from './check.ts';

/** Looks at the deployment that the options choose: region, credentials, stack, clock and API key. */
export async function checkDeployment(command: Command): Promise<Check[]> {
  const target = await check('target', () => describeTarget(command));
  if (target.status === 'failed') return [target];
  return [target, ...(await checkServices(command)), await checkKey(command)];
}

async function describeTarget(command: Command): Promise<string> {
  const target = await chooseTarget(command);
  const { AWS_ENDPOINT_URL } = process.env;
  if (target !== undefined) return target.api_url ?? target.endpoint ?? 'AWS';
  return AWS_ENDPOINT_URL ?? 'the embedded cloud if it runs, else AWS';
}

async function checkServices(command: Command): Promise<Check[]> {
  const { api_url, region, profile, endpoint, stack } = (await chooseTarget(command)) ?? {};
  const needs_aws = [region, profile, endpoint, stack].some((value) => value !== undefined);
  if (api_url !== undefined && !needs_aws) {
    const why = 'the target has an API URL alone';
    return ['region', 'credentials', 'stack', 'clock'].map((name) => skip(name, why));
  }
  // Connecting also chooses the cloud for the checks of region and credentials.
  const connecting = connect(command);
  const version = await check('stack', async () => {
    const { ApiUrl } = await connecting;
    return `fits version ${readVersion()} of this command; its API is ${ApiUrl}`;
  });
  const checks = [await check('region', readRegion), await check('credentials', readCallerArn)];
  if (version.status === 'failed') return [...checks, version, skip('clock', 'needs the stack')];
  const clock = await check('clock', async () => {
    await refuseWrongClock(await connecting);
    return 'agrees with the clock of the services';
  });
  return [...checks, version, clock];
}

async function checkKey(command: Command): Promise<Check> {
  const found = await findApi(command).catch(() => undefined);
  if (found !== undefined && found.api_key === undefined) {
    return skip('api key', 'none: analyze, stats, job and budget need one');
  }
  return check('api key', async () => {
    const client = await connectApi(command);
    const { tenant } = await withAdvice(client.budget());
    return `valid for the tenant ${tenant}`;
  });
}
