// Package browsertest gives tests a headless Chromium with tabs that know the
// chat widget: what a test names by a CSS selector is looked for in the shadow
// root of the page's kaitong-chat element, clicks are real clicks at a place
// where nothing covers the target, and whatever a browser complains about
// fails the test.
//
//	chromium := browsertest.Start(t, *shots)
//	tab := chromium.Open(t, address+"/chat")
//	tab.Write("为什么我的借呗开通不了？")
//	tab.See(".steps")
//
// Expressions are JavaScript. In them kt is the root of what is looked at, $
// finds one element below it and $$ finds all.
//
// Without an installed Chromium such tests are skipped, loudly; where the
// variable CI is set they fail instead. Short mode leaves them out, but for what
// StartInShort starts.
package browsertest
