"""What does the Flex Template's launcher start? It wants the path of a file; the program is roots.pipelines.dataflow_template."""
from roots.pipelines.dataflow_template import main

if __name__ == "__main__":
    main()
