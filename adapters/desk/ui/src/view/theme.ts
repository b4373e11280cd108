import type { ThemeConfig } from "antd/es/config-provider/context";
import darkAlgorithm from "antd/es/theme/themes/dark";
import defaultAlgorithm from "antd/es/theme/themes/default";
import type { Theme } from "../prefs.ts";

const FONT = `-apple-system, "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif`;

// Colours that stand on their own have a contrast of 4.5 to 1 or better with
// what is behind them, also where antd's own would not.
const LIGHT = {
  colorPrimary: "#0b5fd8", colorPrimaryHover: "#0a4ba8", colorPrimaryActive: "#083c86", colorLink: "#0b5fd8", colorText: "#16202e", colorTextSecondary: "#4c586a", colorTextTertiary: "#566273",
  colorTextDescription: "#566273", colorTextPlaceholder: "#667285", colorTextDisabled: "#6b7686", colorBgLayout: "#eef2f7", colorBorder: "#c8d1de",
  colorBorderSecondary: "#dfe5ee", colorError: "#c22326", colorSuccess: "#157347", colorWarning: "#a35200",
};
const DARK = {
  colorPrimary: "#3a7be8", colorLink: "#7db0ff", colorText: "#e8edf5", colorTextSecondary: "#b3bfcf", colorTextTertiary: "#a3b0c2",
  colorTextDescription: "#a3b0c2", colorTextPlaceholder: "#8f9db1", colorTextDisabled: "#8493a8", colorBgBase: "#10161f", colorBgContainer: "#1b2330",
  colorBgElevated: "#222c3b", colorBgLayout: "#10161f", colorBorder: "#3a475a", colorBorderSecondary: "#2c3747",
  colorError: "#ff8f8a", colorSuccess: "#5cc98d", colorWarning: "#f0b357",
};

export function themeOf(theme: Theme): ThemeConfig {
  const dark = theme === "dark";
  return {
    algorithm: dark ? darkAlgorithm : defaultAlgorithm,
    token: { ...(dark ? DARK : LIGHT), fontFamily: FONT, borderRadius: 8, controlHeight: 34, motion: !matchMedia("(prefers-reduced-motion: reduce)").matches },
    components: {
      Segmented: { trackBg: dark ? "#10161f" : "#e3e9f1" },
      Button: { defaultHoverColor: dark ? "#a9cbff" : "#0a4ba8", defaultHoverBorderColor: dark ? "#a9cbff" : "#0a4ba8", defaultActiveColor: dark ? "#a9cbff" : "#083c86", colorPrimaryHover: dark ? "#2d62c4" : LIGHT.colorPrimaryHover },
    },
  };
}
