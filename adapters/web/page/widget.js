/*! Kaitong, Apache-2.0. With Preact, MIT, (c) 2015-present Jason Miller. */
"use strict";(()=>{})();
