import { PolicyPack } from '@pulumi/policy';
import { POLICIES } from './policies';

new PolicyPack('ecommerce-demo', { policies: [...POLICIES] });
