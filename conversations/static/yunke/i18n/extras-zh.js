// The words of what only some messages of the widget have. Keys equal those of extras-en.js.
export default {
  failed: "发送失败",
  contact_blocked: "对方不再接收您的消息",
  too_large: "内容过长，无法发送",
  retry: "重试",
  discard: "丢弃",
  reply: "回复 {name}",
  quoting: "回复 {name}",
  quote_off: "取消引用",
  quoted_gone: "已不再保留的消息",
};
