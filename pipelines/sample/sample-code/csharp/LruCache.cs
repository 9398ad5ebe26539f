using System;
using System.Collections.Generic;

namespace Sample.Caching
{
    /// <summary>
    /// Keeps the values that were used last. Looking something up makes it young again;
    /// when the cache is full, the oldest value has to go.
    /// </summary>
    public sealed class LruCache<TKey, TValue> where TKey : notnull
    {
        private readonly int _capacity;
        private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _index;
        private readonly LinkedList<(TKey Key, TValue Value)> _byAge = new();

        public LruCache(int capacity)
        {
            if (capacity <= 0)
            {
                throw new ArgumentOutOfRangeException(nameof(capacity));
            }
            _capacity = capacity;
            _index = new Dictionary<TKey, LinkedListNode<(TKey, TValue)>>(capacity);
        }

        public int Count => _index.Count;

        public event Action<TKey, TValue>? Evicted;

        public TValue GetOrAdd(TKey key, Func<TKey, TValue> make)
        {
            if (_index.TryGetValue(key, out var node))
            {
                _byAge.Remove(node);
                _byAge.AddFirst(node);
                return node.Value.Value;
            }

            var value = make(key);
            if (_index.Count == _capacity)
            {
                var oldest = _byAge.Last!;
                _byAge.RemoveLast();
                _index.Remove(oldest.Value.Key);
                Evicted?.Invoke(oldest.Value.Key, oldest.Value.Value);
            }
            _index[key] = _byAge.AddFirst((key, value));
            return value;
        }

        public void Clear()
        {
            _index.Clear();
            _byAge.Clear();
        }
    }
}
