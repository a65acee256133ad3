// Package protocheck proves that the committed Go code of module gen describes
// exactly what proto/ says. Its test needs neither buf nor a plugin.
package protocheck
