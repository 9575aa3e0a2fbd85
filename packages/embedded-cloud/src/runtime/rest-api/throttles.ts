import { limitRequests, type Throttle } from './limit-requests.ts';

/** Limits on the request rates of a stage. */
export interface StageThrottles {
  /** Limit of each method that has no limit of its own. Undefined if there is no such limit. */
  each_method: Throttle | undefined;
  /** Limits of single methods, by path and method, such as `/jobs/{id} GET`. */
  methods: Map<string, Throttle>;
}

export interface MethodSetting {
  HttpMethod?: string;
  ResourcePath?: string;
  ThrottlingRateLimit?: number | string;
  ThrottlingBurstLimit?: number | string;
}

/**
 * Default limit of an account in a region, over all of its APIs.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
export const ACCOUNT_THROTTLE: Throttle = { requests_per_second: 10_000, burst: 5_000 };

/**
 * Reads the limits of a stage. `*` with the path `/*` applies to each method. Every other setting
 * names one method of one resource.
 *
 * @throws {Error} if a setting is one that API Gateway refuses. It refuses the method `ANY`, and
 * slashes within the path that are not written as `~1`.
 * Source:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-stage-methodsetting.html
 */
export function readThrottles(stage_id: string, settings: MethodSetting[]): StageThrottles {
  const throttles: StageThrottles = { each_method: undefined, methods: new Map() };
  for (const setting of settings) {
    const { HttpMethod = '', ResourcePath = '' } = setting;
    const throttle = throttleOf(setting);
    if (HttpMethod === '*' && ResourcePath === '/*') {
      throttles.each_method = throttle;
      continue;
    }
    if (
      !/^[A-Z]+$/.test(HttpMethod) ||
      HttpMethod === 'ANY' ||
      !/^\/(~1[^/]+)?$/.test(ResourcePath)
    ) {
      throw new Error(
        `${stage_id}: Invalid method setting path: ${ResourcePath}/${HttpMethod}. Name a method ` +
          'other than ANY, and write each slash of the resource path as ~1, as in /~1jobs.',
      );
    }
    const path = ResourcePath === '/' ? '/' : ResourcePath.slice(1).replaceAll('~1', '/');
    if (throttle !== undefined) throttles.methods.set(`${path} ${HttpMethod}`, throttle);
  }
  return throttles;
}

function throttleOf(setting: MethodSetting): Throttle | undefined {
  if (setting.ThrottlingRateLimit === undefined) return undefined;
  const requests_per_second = Number(setting.ThrottlingRateLimit);
  return {
    requests_per_second,
    burst: Number(setting.ThrottlingBurstLimit ?? requests_per_second),
  };
}

/**
 * Creates a function that admits the requests of a stage. Each method has a token bucket of its own,
 * which all callers share. A method `ANY` counts as one method for each HTTP method. After the
 * method's bucket, the request takes a token of the account.
 * Source:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
export function createAdmit(
  { each_method, methods }: StageThrottles,
  admitToAccount: () => boolean,
  now: () => number,
): (resource_path: string, method: string) => boolean {
  const buckets = new Map<string, () => boolean>();
  const bucketOf = (name: string) => {
    const throttle = methods.get(name) ?? each_method;
    const bucket = throttle === undefined ? () => true : limitRequests(throttle, now);
    buckets.set(name, bucket);
    return bucket;
  };
  return (resource_path, method) => {
    const name = `${resource_path} ${method}`;
    const admitToMethod = buckets.get(name) ?? bucketOf(name);
    return admitToMethod() && admitToAccount();
  };
}
