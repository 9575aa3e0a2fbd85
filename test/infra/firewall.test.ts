import { expect, it, vi } from 'vitest';
import { settings } from '../../infra/settings.ts';
import { listResources, synthesize } from '../support/template.ts';

vi.mock('../../infra/bundling.ts', () => import('../support/no-bundles.ts'));

it('without the setting there is no firewall to pay for', () => {
  expect(listResources(synthesize(), 'AWS::WAFv2::WebACL')).toEqual({});
});

it('the firewall blocks an address above the limit, and addresses that AWS knows as attackers', () => {
  const api = { ...settings.api, firewall_requests_in_five_minutes: 3_000 };
  const template = synthesize({ api });
  const { Firewall } = listResources(template, 'AWS::WAFv2::WebACL');
  expect(Firewall).toMatchObject({ Scope: 'REGIONAL', DefaultAction: { Allow: {} } });
  expect(Firewall?.Rules).toMatchObject([
    {
      Action: { Block: {} },
      Statement: {
        RateBasedStatement: { AggregateKeyType: 'IP', Limit: 3_000, EvaluationWindowSec: 300 },
      },
    },
    {
      OverrideAction: { None: {} },
      Statement: {
        ManagedRuleGroupStatement: { Name: 'AWSManagedRulesAmazonIpReputationList' },
      },
    },
  ]);
  const { FirewallAssociation } = listResources(template, 'AWS::WAFv2::WebACLAssociation');
  expect(FirewallAssociation?.WebACLArn).toBe('Firewall.Arn');
  expect(FirewallAssociation?.ResourceArn).toMatch(/restapis\/ApiRestApi\/stages\/ApiRestApi/);
});
