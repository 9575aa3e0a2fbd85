import { expect, it } from 'vitest';
import { checkRegion } from '../../infra/regions.ts';

// Source: https://docs.aws.amazon.com/comprehend/latest/dg/guidelines-and-limits.html
it('a region without Comprehend is refused, with the regions that have it', () => {
  expect(() => checkRegion('comprehend', 'eu-north-1')).toThrow(
    /eu-north-1 does not have .*eu-central-1, eu-west-1, eu-west-2, us-east-1/,
  );
  expect(() => checkRegion('comprehend', 'sa-east-1')).toThrow('AWS_REGION');
});

it('a region with Comprehend is accepted, and so is a synthesis without a deployment', () => {
  for (const region of ['us-east-1', 'eu-central-1', 'us-gov-west-1', undefined]) {
    expect(() => checkRegion('comprehend', region)).not.toThrow();
  }
});
