// The widget's words. Keys equal those of widget-en.js.
export default {
  today: "今天",
  yesterday: "昨天",
  you: "我",
  unsent: "尚未发送",
  sent: "已发送",
  read: "已读",
  failed: "发送失败",
  too_large: "内容过长，无法发送",
  retry: "重试",
  discard: "丢弃",
  typing: "{name}正在输入",
  offline: "网络已断开。您写的内容会保留，恢复后自动发送。",
  resolved: "本次会话已解决。继续留言即可重新打开。",
  gone: "聊天暂时不可用。",
  sign_in: "请先在本网站登录，再与我们联系。",
  cut: "更早的消息已不再保留",
};
