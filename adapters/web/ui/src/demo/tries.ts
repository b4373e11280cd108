// What is worth trying as which demo user of the reference service.

import type { Locale } from "../protocol.ts";

type Both = Record<Locale, string>;

/** Those shown first: each makes the helper show another side of itself. */
export const FEATURED = ["demo-kyc", "demo-overdue", "demo-several", "demo-eligible", "demo-rejected", "demo-slow"];

const reason: Both = { "zh-CN": "说清原因，再说每一条能怎么做。", en: "It names the reason, and what can be done about it." };
const technical: Both = { "zh-CN": "不是信用的事，看它怎么帮你排除。", en: "Nothing to do with credit. See how it helps you sort it out." };
const waiting: Both = { "zh-CN": "现在做不了什么时，它会直说，不给空的希望。", en: "When there is little to do it says so, and raises no false hope." };
const category: Both = { "zh-CN": "没有能逐条说的原因时，看它怎么说，再试试「申诉」。", en: "When there is no single reason to give, see how it puts that, then try “appeal”." };
const account: Both = { "zh-CN": "会提醒你先别急着关闭或注销。", en: "It warns you before you close anything in a hurry." };
const broken: Both = { "zh-CN": "查不到结果时，它会承认，不会乱猜。", en: "When the check fails it says so, and does not guess." };

const tries: Record<string, Both> = {
  "demo-overdue": reason,
  "demo-kyc": { "zh-CN": "说清原因，再一步步带你更新，做完还能再查一次。", en: "It names the reason, guides you step by step, and can check again afterwards." },
  "demo-several": { "zh-CN": "几个原因一次说全，每个都有能做的事。", en: "All reasons at once, each with something you can do." },
  "demo-eligible": { "zh-CN": "查到没有问题，就带你去开通。", en: "Nothing is in the way, so it shows you how to go on." },
  "demo-rejected": category,
  "demo-slow": broken,
  "demo-garbage": broken,
  "demo-thin-history": reason,
  "demo-debts": reason,
  "demo-policy": waiting,
  "demo-capacity": waiting,
  "demo-region": waiting,
  "demo-outage": technical,
  "demo-vpn": technical,
  "demo-old-app": technical,
  "demo-no-entry": technical,
  "demo-aml": category,
  "demo-risk": category,
  "demo-closed": category,
  "demo-minor": { "zh-CN": "规则就是规则，看它怎么说得清楚又不伤人。", en: "A rule is a rule. See how it says so, clearly and kindly." },
  "demo-other-account": account,
  "demo-other-product": account,
  "demo-in-review": { "zh-CN": "问问进度，再试试「取消」。", en: "Ask how it is going, or try to cancel." },
};

/** What to try as a user, null when nothing in particular. */
export const whatToTry = (user: string, locale: Locale): string | null => tries[user]?.[locale] ?? null;
