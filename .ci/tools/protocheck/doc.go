// Package protocheck proves that the committed Go code of module gen describes
// exactly what proto/ says, and that the wire keeps the house's conventions where buf
// has no rule for them. Its tests need neither buf nor a plugin.
package protocheck
