// Package trie finds all words that begin with given letters.
package trie

import "sort"

// Trie is a set of words. The zero value is empty and ready to use.
type Trie struct {
	children map[rune]*Trie
	word     bool
	count    int
}

// Add puts a word into the set and reports whether it was new.
func (t *Trie) Add(word string) bool {
	if t.Has(word) {
		return false
	}
	node := t
	node.count++
	for _, letter := range word {
		if node.children == nil {
			node.children = make(map[rune]*Trie)
		}
		next, ok := node.children[letter]
		if !ok {
			next = &Trie{}
			node.children[letter] = next
		}
		node = next
		node.count++
	}
	node.word = true
	return true
}

// Has reports whether the word is in the set.
func (t *Trie) Has(word string) bool {
	node := t.walk(word)
	return node != nil && node.word
}

// Len returns the number of words that begin with the prefix.
func (t *Trie) Len(prefix string) int {
	if node := t.walk(prefix); node != nil {
		return node.count
	}
	return 0
}

// Complete returns at most limit words that begin with the prefix, in order.
func (t *Trie) Complete(prefix string, limit int) []string {
	node := t.walk(prefix)
	if node == nil {
		return nil
	}
	return node.collect(prefix, limit, nil)
}

func (t *Trie) walk(prefix string) *Trie {
	node := t
	for _, letter := range prefix {
		next, ok := node.children[letter]
		if !ok {
			return nil
		}
		node = next
	}
	return node
}

func (t *Trie) collect(prefix string, limit int, found []string) []string {
	if t.word && len(found) < limit {
		found = append(found, prefix)
	}
	letters := make([]rune, 0, len(t.children))
	for letter := range t.children {
		letters = append(letters, letter)
	}
	sort.Slice(letters, func(i, j int) bool { return letters[i] < letters[j] })
	for _, letter := range letters {
		if len(found) == limit {
			break
		}
		found = t.children[letter].collect(prefix+string(letter), limit, found)
	}
	return found
}
