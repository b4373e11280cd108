// Preact does more than this program asks of it: hydration, suspense, portals,
// contexts, error boundaries, hooks for tools, markup set as text, MathML. The
// build leaves that out. Each piece is named by its exact text in the pinned
// version: another version fails the build instead of being cut wrongly.

import { readFile } from "node:fs/promises";

/** An esbuild plugin that cuts Preact to what is used here. */
export const leanPreact = {
  name: "lean preact",
  setup(build) {
    build.onLoad({ filter: /preact\/dist\/preact\.mjs$/ }, async ({ path }) => ({ contents: cut(await readFile(path, "utf8")), loader: "js" }));
  },
};

function cut(source) {
  for (const [piece, instead] of PIECES) {
    const parts = source.split(piece);
    if (parts.length !== 2) throw new Error(`Preact has ${parts.length - 1} times, not once: ${piece}`);
    source = parts.join(instead);
  }
  return source;
}

const SVG = '"http://www.w3.org/2000/svg"';
const HTML = '"http://www.w3.org/1999/xhtml"';
const MATH = '"http://www.w3.org/1998/Math/MathML"';

// What is there, and what stands there instead. An argument that nobody needs
// any more goes from the function and from all its calls.
const PIECES = [
  // Hooks for tools, and schedulers other than the browser's.
  ["return!o&&n.vnode&&n.vnode(e),e}function M()", "return e}function M()"],
  ["u.__v+1,n.vnode&&n.vnode(r),z(", "u.__v+1,z("],
  ["&&i==n.debounceRendering||((i=n.debounceRendering)||queueMicrotask)(H)", "||queueMicrotask(H)"],
  ["(i||queueMicrotask)(H)", "queueMicrotask(H)"],
  ["n.event?n.event(r):r", "r"],
  ["n.__c&&n.__c(r,t),", ""],
  ["n.unmount&&n.unmount(t),", ""],

  // Components: no contexts, no states derived from properties, no snapshots.
  ["this.props=n,this.context=t,this.__g=0", "this.props=n,this.__g=0"],
  ["j=(s=V.contextType)&&i[s.__c],L=s?j?j.props.value:s.__:i,(d=u.__c)?(r.__c=d,2&d.__g&&(d.__g|=1)):(", "(d=u.__c)?r.__c=d:("],
  ["new V(M,L):(r.__c=d=new x(M,L),", "new V(M):(r.__c=d=new x(M),"],
  ["j&&j.sub(d),d.state||(d.state={}),d.__n=i,", "d.state||(d.state={}),"],
  [",V.getDerivedStateFromProps&&(d.__s==d.state&&(d.__s=_({},d.__s)),_(d.__s,V.getDerivedStateFromProps(M,d.__s)))", ""],
  ["C&&!V.getDerivedStateFromProps&&d.componentWillReceiveProps&&d.componentWillReceiveProps(M,L)", "C&&d.componentWillReceiveProps&&d.componentWillReceiveProps(M)"],
  ["d.shouldComponentUpdate(M,d.__s,L)", "d.shouldComponentUpdate(M,d.__s)"],
  ["d.componentWillUpdate&&d.componentWillUpdate(M,d.__s,L),", ""],
  ["d.componentDidUpdate(k,b,m)", "d.componentDidUpdate(k,b)"],
  ["else C&&!V.getDerivedStateFromProps&&d.componentWillMount&&d.componentWillMount(),C&&", "else C&&"],
  ["d.context=L,", ""],
  ["H=n.__r,q=", "q="],
  ["H&&H(r),", ""],
  ["d.render(d.props,d.state=d.__s,d.context)", "d.render(d.props,d.state=d.__s)"],
  ["d.getChildContext&&(i=_({},i,d.getChildContext())),C&&u.__c&&d.getSnapshotBeforeUpdate&&(m=d.getSnapshotBeforeUpdate(k,b)),", ""],
  ["return this.constructor(n,r)", "return this.constructor(n)"],
  ['"function"==typeof n&&(n=n(_({},r),this.props)),n&&', "n&&"],
  [",x.prototype.forceUpdate=function(n){this.__v&&(this.__g|=4,n&&this.__h.push(n),L(this))}", ""],

  // Error boundaries.
  ["1&d.__g&&(d.__g&=-4)", "0"],
  [
    "function(n,t,r,u){for(var i,o,e;t=t.__;)if((i=t.__c)&&!(1&i.__g)){i.__g|=4;try{if((e=(o=i.constructor)&&o.getDerivedStateFromError)" +
      "&&i.setState(o.getDerivedStateFromError(n)),i.componentDidCatch&&(i.componentDidCatch(n,u||{}),e=1),e&&8&i.__g)return void(i.__g|=2)}catch(t){n=t}}throw f=0,n}",
    "function(n){throw f=0,n}",
  ],

  // Hydration and suspense: what is drawn into is empty, and nothing waits.
  ["128&u.__u&&(c=32&u.__u,s=u.__c.__z)&&(r.__u|=c,p=o=[],8==s.nodeType?l=B(s,o):o.push(s),l=o[0]||l),(s=n.__b)&&s(r);", ""],
  ["z(e,r,u,t.__n,e.namespaceURI,32&u.__u?[i]:null,f,i||S(u),32&u.__u,o)", "z(e,r,u,e.namespaceURI,f,i||S(u),o)"],
  ["function I(n,t,r,u,i,f,o,e,l,c,a)", "function I(n,t,r,u,f,e,l,a)"],
  ["z(n,v,h,i,f,o,e,l,c,a)", "z(n,v,h,f,e,l,a)"],
  ["function z(t,r,u,i,f,o,e,l,c,a)", "function z(t,r,u,f,e,l,a)"],
  [
    "if(e.length=v,r.__v=null,c||o)if(t&&t.then){if(r.__u|=128|c,o){for(~(T=o.indexOf(l||void 0))||(T=o.length);(N=o[T-1])&&8==N.nodeType;)T--;" +
      'for(;T<o.length;T++)if(N=o[T])if(o[T]=null,O){if(N==P)break}else{if(8!=N.nodeType)break;N.data.startsWith("$s")&&(P=B(O=N))}}' +
      "if(!O){for(;l&&8==l.nodeType&&l.nextSibling;)l=l.nextSibling;O=l}(s=B(O=r.__c.__z||(r.__c.__z=O)))?(r.__e=O,l=s):r.__e=l,l=l&&l.nextSibling}" +
      "else o&&o.some(g);else r.__e=u.__e;",
    "e.length=v,r.__v=null,r.__e=u.__e;",
  ],
  ["t&&t.then||D(r)", "D(r)"],
  ["l=r.__e=F(u.__e,r,u,i,f,o,e,c,a,t);return(s=n.diffed)&&s(r),l}", "l=r.__e=F(u.__e,r,u,f,e,a,t);return l}"],
  ["!u&&(i=t.__c)&&(i=i.__z)&&(f=B(i,o=[]))&&(i==t.__e&&o.some(g),g(f),g(i)),", ""],
  ["i.__P=i.__n=null", "i.__P=null"],
  [
    "n.__&&n.__(t,r),9==r.nodeType&&(r=r.documentElement),i=(u=t&&32&t.__u)?null:r.__k,r.__k=m($,{children:[t]}),f=[],o=[]," +
      "z(r,r.__k,i||p,p,r.namespaceURI,i?null:r.firstChild?d.call(r.childNodes):null,f,i?i.__e:r.firstChild,u,o)",
    "r.__k=m($,{children:[t]}),f=[],o=[],z(r,r.__k,p,r.namespaceURI,f,null,o)",
  ],

  // Portals.
  ["n.__c&&!n.props.__P", "n.__c"],
  ['"function"!=typeof n.type||n.props.__P?null:S(n)', '"function"!=typeof n.type?null:S(n)'],
  ["if(n.props.__P)return t;", ""],
  [
    "M.__P&&(s=l,f=(t=M.__P).namespaceURI,c=o=null,u.props&&u.props.__P!=t&&(u.__k.some(function(n){n&&J(n,n)}),u.__k=null),l=u.__k?S(u,0):null)," +
      "l=I(t,w(A)?A:[A],r,u,i,f,o,e,l,c,a),M.__P&&(r.__e=null,l=s),r.__u&=-161,p&&p.some(g),",
    "l=I(t,w(A)?A:[A],r,u,f,e,l,a),",
  ],
  ["u&&!t.props.__P", "u"],

  // Elements: no comments between them, no MathML, no markup set as text, no
  // controlled inputs; styles are objects, references are too.
  ["o=n.__e,e=t;e&&8==e.nodeType;)e=e.nextSibling;for(o!=e&&", "o=n.__e,e=t;0;);for(o!=e&&"],
  ['(t=t&&t.nextSibling)&&8==t.nodeType&&!t.data.startsWith("$s");', "t=t&&t.nextSibling,0;"],
  ['if("string"==typeof r)n.style.cssText=r;else{if("string"==typeof u&&(n.style.cssText=u=""),u)for(', "{if(u)for("],
  ['f=t!=(t=t.replace(l,"$1")),(t=t.slice(2))[0]<"a"&&(t=t.toLowerCase()),r?n.addEventListener(t,o,f):n.removeEventListener(t,o,f)', "t=t.slice(2).toLowerCase(),r?n.addEventListener(t,o):n.removeEventListener(t,o)"],
  [
    `if(${SVG}==i)t=t.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if("width"!=t&&"height"!=t&&"href"!=t&&"list"!=t&&"form"!=t&&"tabIndex"!=t&&"download"!=t&&"rowSpan"!=t&&"colSpan"!=t&&"role"!=t&&"popover"!=t&&t in n)`,
    `if(${SVG}!=i&&"href"!=t&&"tabIndex"!=t&&"role"!=t&&t in n)`,
  ],
  ['if("function"==typeof r)return;', ""],
  ['n.setAttribute(t,"popover"==t&&1==r?"":r)', "n.setAttribute(t,r)"],
  ["function F(t,r,u,i,f,o,e,l,c,a)", "function F(t,r,u,f,e,c,a)"],
  [
    `"math"==C?f=${MATH}:f||(f=${HTML}),o)for(s=0;s<o.length;s++)if((k=o[s])&&(C?k.localName==C:3==k.nodeType)){t=k,o[s]=null;break}if(!t){if(M=a.ownerDocument||document,!C)return M.createTextNode(x);` +
      "t=M.createElementNS(f,C,x.is?x:a),l&&(n.__m&&n.__m(r,o),l=!1),o=null}",
    `f||(f=${HTML}),!t){if(!C)return document.createTextNode(x);t=document.createElementNS(f,C)}`,
  ],
  [
    'if(a="template"==C&&t.content||t,o="textarea"==C&&null!=x.defaultValue?null:o&&d.call(a.childNodes),!l&&o)for($={},s=0;s<t.attributes.length;s++)$[(k=t.attributes[s]).name]=k.value;' +
      'for(s in $)k=$[s],"dangerouslySetInnerHTML"==s?y=k:"children"==s||s in x||"value"==s&&"defaultValue"in x||"checked"==s&&"defaultChecked"in x||N(t,s,null,k,f);' +
      'for(s in x)k=x[s],"children"==s?_=k:"dangerouslySetInnerHTML"==s?h=k:"value"==s?b=k:"checked"==s?m=k:l&&"function"!=typeof k||$[s]===k||N(t,s,k,$[s],f);' +
      'h?(l||y&&(h.__html==y.__html||h.__html==t.innerHTML)||(t.innerHTML=h.__html),r.__k=[]):(y&&(t.textContent=""),' +
      `("foreignObject"==C||${MATH}==f&&v.test(C))&&(f=${HTML}),I(a,w(_)?_:[_],r,u,i,f,o,e,o?o[0]:u.__k&&S(u,0),l,c),o&&o.some(g)),` +
      'l&&"textarea"!=C||(s="value","progress"==C&&null==b?t.removeAttribute(s):null==b||b===t[s]&&("progress"!=C||b)||N(t,s,b,$[s],f),s="checked",null!=m&&m!=t[s]&&N(t,s,m,$[s],f))',
    'for(s in $)"children"==s||s in x||N(t,s,null,$[s],f);for(s in x)k=x[s],"children"==s?_=k:$[s]===k||N(t,s,k,$[s],f);I(t,w(_)?_:[_],r,u,f,e,u.__k&&S(u,0),c)',
  ],
  ["$===x||l&&t.data==x||(t.data=x)", "$===x||(t.data=x)"],
  ['try{"function"==typeof t?r?r.__x=t(r)||1:i&&(i=i.__c||i.__e)&&(r=i.__x)&&(i.__x=null,"function"==typeof r?r():t(null)):t.current=r}catch(t){n.__e(t,u)}', "t.current=r"],
];
