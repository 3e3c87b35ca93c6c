/** Names of the files that an app in Ruby is loaded from, but not the configuration of its server. */
export const rubyCode = /^(?!(?:puma|unicorn)(?:\.conf)?\.rb$).*\.(?:rb|ru)$/;
