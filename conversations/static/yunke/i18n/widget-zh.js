// The widget's words. Keys equal those of widget-en.js.
export default {
  today: "今天",
  yesterday: "昨天",
  you: "我",
  unsent: "尚未发送",
  sent: "已发送",
  read: "已读",
  typing: "{name}正在输入",
  offline: "网络已断开。您写的内容会保留，恢复后自动发送。",
  resolved: "本次会话已解决。继续留言即可重新打开。",
  place: "您排在第 {place} 位。",
  place_and_wait: "您排在第 {place} 位，预计等待约 {minutes} 分钟。",
  sold_out: "客服目前都在忙。您可以继续等待或留言，我们会尽快回复。",
  gone: "聊天暂时不可用。",
  sign_in: "请先在本网站登录，再与我们联系。",
  cut: "更早的消息已不再保留",
};
